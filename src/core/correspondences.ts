import { ShapeError, expected } from './errors.ts';

/** What found the correspondences: features that were matched, dense flow that was sampled, or a network's cells. */
export type CorrespondenceSource = 'features' | 'flow' | 'homography-network' | 'semantic' | 'given';

/**
 * Points of A and where they lie in B, whatever found them: point `i` of A is
 * `(pointsA[2 * i], pointsA[2 * i + 1])`, its counterpart the same entries of `pointsB`.
 */
export interface Correspondences {
  /** x and y of each point of A, interleaved, in pixels; integer coordinates are pixel centres. */
  readonly pointsA: Float64Array;
  /** The counterparts in B, in the same layout. */
  readonly pointsB: Float64Array;
  /** One a point, from 0 to 1, greater is surer; what it measures depends on the source. */
  readonly scores: Float32Array;
  readonly source: CorrespondenceSource;
}

/**
 * The number of correspondences.
 *
 * @example
 * import { countCorrespondences } from 'whither/geometry';
 *
 * console.log(`${countCorrespondences(correspondences)} matches`);
 */
export const countCorrespondences = ({ pointsA }: Correspondences): number => pointsA.length / 2;

/**
 * Correspondences of given points, checked.
 *
 * @param scores defaults to 1 each
 * @throws {ShapeError} where the lengths do not fit together, or a coordinate is not a finite number
 * @example
 * import { match } from 'whither';
 * import { createCorrespondences } from 'whither/geometry';
 *
 * const correspondences = createCorrespondences(pointsA, pointsB); // x and y of each, interleaved
 * const { homography } = await match(imageA, imageB, { correspondences });
 */
export function createCorrespondences(
  pointsA: ArrayLike<number>,
  pointsB: ArrayLike<number>,
  scores?: ArrayLike<number>,
  source: CorrespondenceSource = 'given',
): Correspondences {
  for (const [name, points] of [['pointsA', pointsA] as const, ['pointsB', pointsB] as const])
    if (points?.length && typeof points[0] !== 'number')
      throw expected('x and y of each point, interleaved,', name, points);
  const count = pointsA.length / 2;
  if (!Number.isInteger(count) || pointsB.length !== pointsA.length)
    throw new ShapeError(
      `Expected pairs of x and y, as many in A as in B, but received ${pointsA.length} values for A and ` +
        `${pointsB.length} for B`,
    );
  if (scores && scores.length !== count)
    throw new ShapeError(`Expected ${count} scores, one a point, but received ${scores.length}`);
  const result = {
    pointsA: Float64Array.from(pointsA),
    pointsB: Float64Array.from(pointsB),
    scores: scores ? Float32Array.from(scores) : new Float32Array(count).fill(1),
    source,
  };
  for (const [name, points] of [['A', result.pointsA] as const, ['B', result.pointsB] as const]) {
    const bad = points.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      throw new ShapeError(
        `Expected finite coordinates but point ${bad >> 1} of ${name} has ${points[bad]}: leave it out`,
      );
  }
  return result;
}

/**
 * Those correspondences that `keep` marks, in their order.
 *
 * @param keep one value a correspondence, kept where it is not 0
 * @example
 * import { match } from 'whither';
 * import { selectCorrespondences } from 'whither/geometry';
 *
 * const { correspondences, inliers } = await match(imageA, imageB);
 * const right = selectCorrespondences(correspondences, inliers);
 */
export function selectCorrespondences(all: Correspondences, keep: ArrayLike<number>): Correspondences {
  const chosen: number[] = [];
  for (let i = 0; i < keep.length; i++) if (keep[i]) chosen.push(i);
  return pickCorrespondences(all, chosen);
}

/**
 * The correspondences of the given indices, in the order of the indices.
 *
 * @example
 * import { pickCorrespondences } from 'whither/geometry';
 *
 * const { scores } = correspondences;
 * const best = [...scores.keys()].sort((i, j) => scores[j] - scores[i]).slice(0, 100);
 * const hundred = pickCorrespondences(correspondences, best);
 */
export function pickCorrespondences(all: Correspondences, indices: ArrayLike<number>): Correspondences {
  const pointsA = new Float64Array(indices.length * 2);
  const pointsB = new Float64Array(indices.length * 2);
  const scores = new Float32Array(indices.length);
  for (let k = 0; k < indices.length; k++) {
    const i = indices[k];
    pointsA.set(all.pointsA.subarray(2 * i, 2 * i + 2), 2 * k);
    pointsB.set(all.pointsB.subarray(2 * i, 2 * i + 2), 2 * k);
    scores[k] = all.scores[i];
  }
  return { pointsA, pointsB, scores, source: all.source };
}

/**
 * The same correspondences seen from B.
 *
 * @example
 * import { fitHomography, swapCorrespondences } from 'whither/geometry';
 *
 * const { matrix: homographyBA } = fitHomography(swapCorrespondences(correspondences));
 */
export const swapCorrespondences = (all: Correspondences): Correspondences => ({
  ...all,
  pointsA: all.pointsB,
  pointsB: all.pointsA,
});

/**
 * All of several lists in one; the source is that of the first.
 *
 * @example
 * import { match } from 'whither';
 * import { correspondencesFromFlow, joinCorrespondences } from 'whither/geometry';
 *
 * const { correspondences } = await match(imageA, imageB);
 * const all = joinCorrespondences([correspondences, correspondencesFromFlow(flowAB)]);
 */
export function joinCorrespondences(lists: readonly Correspondences[]): Correspondences {
  const total = lists.reduce((sum, list) => sum + list.scores.length, 0);
  const pointsA = new Float64Array(total * 2);
  const pointsB = new Float64Array(total * 2);
  const scores = new Float32Array(total);
  let at = 0;
  for (const list of lists) {
    pointsA.set(list.pointsA, at * 2);
    pointsB.set(list.pointsB, at * 2);
    scores.set(list.scores, at);
    at += list.scores.length;
  }
  return { pointsA, pointsB, scores, source: lists[0]?.source ?? 'given' };
}
