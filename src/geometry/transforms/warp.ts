import {
  ShapeError,
  checkOneOf,
  checkPoints,
  composeHomographies,
  expected,
  invertHomography,
  transformPoints,
} from '../../core/index.ts';
import type { Homography } from '../../core/index.ts';
import { solveModel } from '../robust/index.ts';
import { applyThinPlateSpline, fitThinPlateSpline, invertThinPlateSpline } from './thin-plate.ts';
import type { ThinPlateSpline } from './thin-plate.ts';

/** A map of the plane given by a 3 x 3 matrix: affine, or a homography. */
export interface LinearWarp {
  readonly kind: 'homography';
  readonly matrix: Homography;
}

/** A thin-plate spline. */
export interface SplineWarp {
  readonly kind: 'thin-plate';
  readonly spline: ThinPlateSpline;
}

/** Warps one after the other, the first one first. */
export interface WarpChain {
  readonly kind: 'chain';
  readonly warps: readonly Warp[];
}

/** Where the points of A lie in B, as one formula for all of the plane. */
export type Warp = LinearWarp | SplineWarp | WarpChain;

/**
 * A matrix as a warp.
 *
 * @example
 * import { applyInverseWarp, homographyWarp } from 'whither/geometry';
 *
 * const [x, y] = applyInverseWarp(homographyWarp(homographyAB), [120, 80]);
 */
export const homographyWarp = (matrix: Homography): LinearWarp => ({ kind: 'homography', matrix });

/**
 * Fits a warp to pairs of points that are all right: three or more of an affine map or a spline, four or more of a
 * homography, which is then `matrix` of the result. `fitModel` takes pairs of which some are wrong.
 *
 * @param pointsA x and y interleaved
 * @param pointsB the same points in B
 * @param smoothing of a spline, see `fitThinPlateSpline`
 * @throws {ShapeError} where the points do not determine one, or are not as many in B as in A
 * @throws {TypeError} for another kind, and for points that are not finite numbers
 * @example
 * import { applyWarp, fitWarp } from 'whither/geometry';
 *
 * const warp = fitWarp('affine', [0, 0, 100, 0, 0, 100], [5, 5, 205, 5, 5, 205]);
 * const [u, v] = applyWarp(warp, [50, 50]); // 105, 105
 */
export function fitWarp(
  kind: 'affine' | 'homography' | 'thin-plate',
  pointsA: ArrayLike<number>,
  pointsB: ArrayLike<number>,
  smoothing = 0,
): LinearWarp | SplineWarp {
  checkOneOf(kind, 'kind', KINDS);
  checkFinite(pointsA, 'pointsA');
  checkFinite(pointsB, 'pointsB');
  if (kind === 'thin-plate') return { kind, spline: fitThinPlateSpline(pointsA, pointsB, smoothing) };
  const matrix = solveModel(kind, pointsA, pointsB);
  if (matrix) return homographyWarp(matrix);
  throw new ShapeError(
    `Expected points that determine one ${kind} but the ${pointsA.length / 2} given do not`,
  );
}

const KINDS = ['affine', 'homography', 'thin-plate'] as const;

function checkFinite(points: ArrayLike<number>, name: string): void {
  checkPoints(points, name);
  const bad = Array.prototype.findIndex.call(points, (value) => !Number.isFinite(value));
  if (bad >= 0) throw expected('a finite number', `${name}[${bad}]`, points[bad]);
}

/**
 * Where points of A go in B.
 *
 * @param points x and y interleaved
 * @example
 * import { applyWarp, homographyWarp } from 'whither/geometry';
 *
 * const [u, v] = applyWarp(homographyWarp(homographyAB), [120, 80]);
 */
export function applyWarp(warp: Warp, points: ArrayLike<number>): Float64Array {
  switch (warp.kind) {
    case 'homography':
      return transformPoints(warp.matrix, points);
    case 'thin-plate':
      return applyThinPlateSpline(warp.spline, points);
    case 'chain':
      return warp.warps.reduce<Float64Array>(
        (moved, next) => applyWarp(next, moved),
        Float64Array.from(points),
      );
  }
}

/**
 * The points of A that go to points of B: in closed form for matrices, by Newton's method for splines, in reverse order
 * for chains. NaN where a spline has no such point, or more than one and the method does not settle.
 *
 * @param points x and y interleaved
 * @throws {ShapeError} where a matrix takes the plane to a line
 * @example
 * import { applyInverseWarp, fitWarp } from 'whither/geometry';
 *
 * const warp = fitWarp('thin-plate', [0, 0, 100, 0, 0, 100, 50, 50], [0, 0, 100, 0, 0, 100, 60, 50]);
 * const [x, y] = applyInverseWarp(warp, [60, 50]); // 50, 50
 */
export function applyInverseWarp(warp: Warp, points: ArrayLike<number>): Float64Array {
  switch (warp.kind) {
    case 'homography':
      return transformPoints(invertHomography(warp.matrix), points);
    case 'thin-plate':
      return invertThinPlateSpline(warp.spline, points);
    case 'chain':
      return warp.warps.reduceRight<Float64Array>(
        (moved, next) => applyInverseWarp(next, moved),
        Float64Array.from(points),
      );
  }
}

/**
 * The warp that applies `warpAB` and then `warpBC`. Matrices next to each other become one.
 *
 * @example
 * import { applyWarp, composeWarps, fitWarp, homographyWarp } from 'whither/geometry';
 *
 * const warpAB = fitWarp('thin-plate', pointsA, pointsB);
 * const warpAC = composeWarps(homographyWarp(homographyBC), warpAB);
 * const [u, v] = applyWarp(warpAC, [120, 80]);
 */
export function composeWarps(warpBC: Warp, warpAB: Warp): Warp {
  const warps: Warp[] = [];
  for (const warp of [...links(warpAB), ...links(warpBC)]) {
    const last = warps.at(-1);
    if (last?.kind === 'homography' && warp.kind === 'homography')
      warps[warps.length - 1] = homographyWarp(composeHomographies(warp.matrix, last.matrix));
    else warps.push(warp);
  }
  return warps.length === 1 ? warps[0] : { kind: 'chain', warps };
}

const links = (warp: Warp): readonly Warp[] => (warp.kind === 'chain' ? warp.warps.flatMap(links) : [warp]);
