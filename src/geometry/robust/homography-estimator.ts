/** Homographies: four points, many points, and least squares on the distances themselves. */

import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { invertHomography, multiply3, transformPoints } from '../../core/index.ts';
import type { Matrix3 } from '../../core/index.ts';
import type { Estimator } from './estimator.ts';
import { squaredMapErrors } from './map-errors.ts';
import { denormalizeMap, normalizePoints, solveLinear } from '../linear/index.ts';

/** Twice the signed area of the triangle of three points. */
function doubleArea(p: Float64Array, i: number, j: number, k: number): number {
  return (
    (p[2 * j] - p[2 * i]) * (p[2 * k + 1] - p[2 * i + 1]) -
    (p[2 * k] - p[2 * i]) * (p[2 * j + 1] - p[2 * i + 1])
  );
}

/** Squared length of the longest side of the triangle of three points. */
function longestSide(p: Float64Array, i: number, j: number, k: number): number {
  const side = (m: number, n: number) => (p[2 * m] - p[2 * n]) ** 2 + (p[2 * m + 1] - p[2 * n + 1]) ** 2;
  return Math.max(side(i, j), side(j, k), side(k, i));
}

/** Height of a triangle over its longest side below which its corners count as lying on one line. */
const FLAT = 0.01;

/**
 * Whether four correspondences determine a homography that a camera could have made: no three on a line in either
 * image, and every triangle turned the same way round as the others, or else the horizon passes between them
 * (Marquez-Neila 2015).
 */
function isSound(a: Float64Array, b: Float64Array, s: readonly number[]): boolean {
  let turned = 0;
  for (let skip = 0; skip < 4; skip++) {
    const i = s[skip === 0 ? 1 : 0];
    const j = s[skip <= 1 ? 2 : 1];
    const k = s[skip <= 2 ? 3 : 2];
    const areaA = doubleArea(a, i, j, k);
    const areaB = doubleArea(b, i, j, k);
    if (Math.abs(areaA) <= FLAT * longestSide(a, i, j, k)) return false;
    if (Math.abs(areaB) <= FLAT * longestSide(b, i, j, k)) return false;
    const turn = Math.sign(areaA * areaB);
    if (turned !== 0 && turn !== turned) return false;
    turned = turn;
  }
  return true;
}

/** The map that takes the corners (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1) of the plane to four points. */
function basisOf(p: Float64Array, [i, j, k, l]: readonly number[]): Matrix3 {
  const total = doubleArea(p, i, j, k);
  const u = doubleArea(p, l, j, k) / total;
  const v = doubleArea(p, i, l, k) / total;
  const w = doubleArea(p, i, j, l) / total;
  return [
    u * p[2 * i],
    v * p[2 * j],
    w * p[2 * k],
    u * p[2 * i + 1],
    v * p[2 * j + 1],
    w * p[2 * k + 1],
    u,
    v,
    w,
  ];
}

function solveFour(a: Float64Array, b: Float64Array, sample: readonly number[]): readonly Matrix3[] {
  if (!isSound(a, b, sample)) return [];
  const h = multiply3(basisOf(b, sample), invertHomography(basisOf(a, sample)));
  return h.every(Number.isFinite) ? [h] : [];
}

/**
 * The direct linear transform with normalised points (Hartley and Zisserman, algorithm 4.2): least squares of
 * equations, not of distances, but with no start needed.
 */
export function solveHomography(a: Float64Array, b: Float64Array, weights: Float64Array): Matrix3 | null {
  const normalA = normalizePoints(a, weights);
  const normalB = normalizePoints(b, weights);
  const sums = new Float64Array(81);
  const ofX = new Float64Array(9);
  const ofY = new Float64Array(9);
  let count = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    count++;
    const x = normalA.points[2 * i];
    const y = normalA.points[2 * i + 1];
    fillEquation(ofX, 0, x, y, normalB.points[2 * i]);
    fillEquation(ofY, 3, x, y, normalB.points[2 * i + 1]);
    addEquation(sums, ofX, weights[i]);
    addEquation(sums, ofY, weights[i]);
  }
  if (count < 4) return null;
  const h = smallestEigenvector(sums, 1);
  return h && denormalizeMap(h, normalA, normalB);
}

/** That a point of A, by the row of the map that begins at `row`, falls on the coordinate `u` in B. */
function fillEquation(e: Float64Array, row: number, x: number, y: number, u: number): void {
  e[row] = x;
  e[row + 1] = y;
  e[row + 2] = 1;
  e[6] = -u * x;
  e[7] = -u * y;
  e[8] = -u;
}

/** Adds the products of an equation's nine factors to the upper half of their sums. */
export function addEquation(sums: Float64Array, e: ArrayLike<number>, weight: number): void {
  for (let r = 0; r < 9; r++) {
    const factor = weight * e[r];
    if (factor === 0) continue;
    for (let c = r; c < 9; c++) sums[r * 9 + c] += factor * e[c];
  }
}

/**
 * The unit vector that nine equations' products make smallest.
 *
 * @param sums the upper half of a symmetric 9 x 9 matrix
 * @param dimensions null where more vectors than this are as small: the equations leave it open
 */
export function smallestEigenvector(sums: Float64Array, dimensions: number): Matrix3 | null {
  const { realEigenvalues: values, eigenvectorMatrix: vectors } = decompose(sums);
  const order = values.map((_, i) => i).sort((i, j) => values[i] - values[j]);
  if (!(values[order[dimensions]] > 1e-13 * values[order[8]])) return null;
  return vectors.getColumn(order[0]) as unknown as Matrix3;
}

/** Eigenvalues and eigenvectors of a symmetric 9 x 9 matrix of which the upper half is given. */
export function decompose(sums: Float64Array): EigenvalueDecomposition {
  const full = new Matrix(9, 9);
  for (let r = 0; r < 9; r++)
    for (let c = r; c < 9; c++) {
      full.set(r, c, sums[r * 9 + c]);
      full.set(c, r, sums[r * 9 + c]);
    }
  return new EigenvalueDecomposition(full, { assumeSymmetric: true });
}

/**
 * Fills the normal equations of one step on the distances in B: 8 rows of 9; the last entry of `h` is 1.
 *
 * With q = (x, y, 1) / w the derivatives are (q, 0, -px qx, -px qy) and (0, q, -py qx, -py qy): many sums are 0 or the
 * same as others.
 */
function fillNormalEquations(
  h: Matrix3,
  a: Float64Array,
  b: Float64Array,
  weights: Float64Array,
  m: Float64Array,
): number {
  m.fill(0);
  let cost = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i];
    if (weight === 0) continue;
    const x = a[2 * i];
    const y = a[2 * i + 1];
    const w = 1 / (h[6] * x + h[7] * y + h[8]);
    const px = (h[0] * x + h[1] * y + h[2]) * w;
    const py = (h[3] * x + h[4] * y + h[5]) * w;
    const ex = b[2 * i] - px;
    const ey = b[2 * i + 1] - py;
    cost += weight * (ex * ex + ey * ey);
    const qx = x * w;
    const qy = y * w;
    const wx = weight * qx;
    const wy = weight * qy;
    const ww = weight * w;
    m[0] += wx * qx;
    m[1] += wx * qy;
    m[2] += wx * w;
    m[10] += wy * qy;
    m[11] += wy * w;
    m[20] += ww * w;
    m[6] -= px * wx * qx;
    m[7] -= px * wx * qy;
    m[16] -= px * wy * qy;
    m[24] -= px * ww * qx;
    m[25] -= px * ww * qy;
    m[33] -= py * wx * qx;
    m[34] -= py * wx * qy;
    m[43] -= py * wy * qy;
    m[51] -= py * ww * qx;
    m[52] -= py * ww * qy;
    const square = px * px + py * py;
    m[60] += square * wx * qx;
    m[61] += square * wx * qy;
    m[70] += square * wy * qy;
    m[8] += wx * ex;
    m[17] += wy * ex;
    m[26] += ww * ex;
    m[35] += wx * ey;
    m[44] += wy * ey;
    m[53] += ww * ey;
    const along = px * ex + py * ey;
    m[62] -= along * wx;
    m[71] -= along * wy;
  }
  m[15] = m[7];
  m[42] = m[34];
  for (let r = 0; r < 3; r++) for (let c = r; c < 3; c++) m[(r + 3) * 9 + c + 3] = m[r * 9 + c];
  for (let r = 1; r < 8; r++) for (let c = 0; c < r; c++) m[r * 9 + c] = m[c * 9 + r];
  return cost;
}

function weightedCost(h: Matrix3, a: Float64Array, b: Float64Array, weights: Float64Array): number {
  const moved = transformPoints(h, a);
  let cost = 0;
  for (let i = 0; i < weights.length; i++)
    if (weights[i] !== 0)
      cost += weights[i] * ((moved[2 * i] - b[2 * i]) ** 2 + (moved[2 * i + 1] - b[2 * i + 1]) ** 2);
  return cost;
}

/**
 * Levenberg-Marquardt on the weighted squared distances in B (Hartley and Zisserman, section 4.5).
 *
 * @returns null where a step leaves the numbers
 */
export function refineHomography(
  start: Matrix3,
  a: Float64Array,
  b: Float64Array,
  weights: Float64Array,
  steps = 5,
): Matrix3 | null {
  let h = start.map((value) => value / start[8]) as unknown as Matrix3;
  if (!h.every(Number.isFinite)) return null;
  let damping = 1e-4;
  const normal = new Float64Array(72);
  const system = new Float64Array(72);
  for (let step = 0; step < steps; step++) {
    const cost = fillNormalEquations(h, a, b, weights, normal);
    let better: Matrix3 | null = null;
    for (let attempt = 0; attempt < 4 && !better; attempt++) {
      system.set(normal);
      for (let r = 0; r < 8; r++) system[r * 10] *= 1 + damping;
      const delta = solveLinear(system, 8);
      if (!delta) return null;
      const next = h.map((value, i) => (i < 8 ? value + delta[i] : 1)) as unknown as Matrix3;
      if (weightedCost(next, a, b, weights) <= cost) better = next;
      damping *= better ? 0.1 : 10;
    }
    if (!better) return h;
    h = better;
  }
  return h;
}

export const homographyEstimator: Estimator = {
  sampleSize: 4,
  solveMinimal: solveFour,
  solveAll: solveHomography,
  squaredErrors: squaredMapErrors,
  refine: refineHomography,
};
