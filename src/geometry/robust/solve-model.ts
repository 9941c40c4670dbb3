import { ShapeError } from '../../core/index.ts';
import type { Matrix3 } from '../../core/index.ts';
import { ESTIMATORS } from './estimators.ts';
import type { GeometricModel } from '../types.ts';

/**
 * The geometry of least squared error of correspondences that are all right, without any search.
 *
 * @param pointsA x and y interleaved
 * @param weights how much each counts; defaults to all alike
 * @returns null where the points do not determine one
 * @throws {ShapeError} where the lengths do not fit together
 * @example
 * import { solveModel } from 'whither/geometry';
 *
 * const shift = solveModel('translation', [0, 0, 10, 0], [5, 2, 15, 2]); // [1, 0, 5, 0, 1, 2, 0, 0, 1]
 */
export function solveModel(
  model: GeometricModel,
  pointsA: ArrayLike<number>,
  pointsB: ArrayLike<number>,
  weights?: ArrayLike<number>,
): Matrix3 | null {
  const count = pointsA.length / 2;
  if (pointsB.length !== pointsA.length || (weights && weights.length !== count))
    throw new ShapeError(
      `Expected as many points in B, and weights, as in A but received ${pointsA.length / 2}, ` +
        `${pointsB.length / 2} and ${weights?.length ?? count}`,
    );
  const { solveAll, refine, sampleSize } = ESTIMATORS[model];
  const a = Float64Array.from(pointsA);
  const b = Float64Array.from(pointsB);
  const w = weights ? Float64Array.from(weights) : new Float64Array(count).fill(1);
  if (w.filter((value) => value > 0).length < sampleSize) return null;
  const start = solveAll(a, b, w);
  return start && (refine(start, a, b, w) ?? start);
}
