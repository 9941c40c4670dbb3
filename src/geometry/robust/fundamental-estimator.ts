/** The fundamental matrix: seven points, many points, and least squares on Sampson's distance. */

import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { determinant3 } from '../../core/index.ts';
import type { Matrix3 } from '../../core/index.ts';
import type { Estimator } from './estimator.ts';
import { addEquation, decompose, smallestEigenvector } from './homography-estimator.ts';
import { denormalizeFundamental, normalizePoints, solveLinear } from '../linear/index.ts';

/** The nine factors of `b^T F a` for one correspondence. */
const epipolarEquation = (x: number, y: number, u: number, v: number): number[] => [
  u * x,
  u * y,
  u,
  v * x,
  v * y,
  v,
  x,
  y,
  1,
];

/**
 * All real `t` with `det(t f + (1 - t) g) = 0`: the cubic through four of its values, its roots by Cardano's formula.
 */
function singularMixtures(f: Matrix3, g: Matrix3): Matrix3[] {
  const mix = (t: number) => f.map((value, i) => t * value + (1 - t) * g[i]) as unknown as Matrix3;
  const [at0, at1, atMinus, at2] = [0, 1, -1, 2].map((t) => determinant3(mix(t)));
  const c0 = at0;
  const c2 = (at1 + atMinus) / 2 - at0;
  const c3 = (at2 - 2 * at1 + at0 - 2 * c2) / 6;
  const c1 = at1 - c0 - c2 - c3;
  return realRoots(c3, c2, c1, c0).map(mix);
}

/** Real roots of `a x^3 + b x^2 + c x + d`. */
export function realRoots(a: number, b: number, c: number, d: number): number[] {
  const size = Math.max(Math.abs(a), Math.abs(b), Math.abs(c), Math.abs(d));
  if (Math.abs(a) < 1e-12 * size) return quadraticRoots(b, c, d, size);
  const shift = b / (3 * a);
  const p = (3 * a * c - b * b) / (3 * a * a);
  const q = (2 * b ** 3 - 9 * a * b * c + 27 * a * a * d) / (27 * a ** 3);
  const discriminant = (q / 2) ** 2 + (p / 3) ** 3;
  if (discriminant > 0) {
    const root = Math.sqrt(discriminant);
    return [Math.cbrt(-q / 2 + root) + Math.cbrt(-q / 2 - root) - shift];
  }
  if (p === 0) return [-shift];
  const radius = 2 * Math.sqrt(-p / 3);
  const angle = Math.acos(Math.max(-1, Math.min(1, (3 * q) / (p * radius)))) / 3;
  return [0, 1, 2].map((k) => radius * Math.cos(angle - (2 * Math.PI * k) / 3) - shift);
}

function quadraticRoots(b: number, c: number, d: number, size: number): number[] {
  if (Math.abs(b) < 1e-12 * size) return Math.abs(c) < 1e-12 * size ? [] : [-d / c];
  const discriminant = c * c - 4 * b * d;
  if (discriminant < 0) return [];
  const root = Math.sqrt(discriminant);
  return [(-c + root) / (2 * b), (-c - root) / (2 * b)];
}

/** The seven-point algorithm: one to three matrices of rank 2 (Hartley and Zisserman, section 11.1.2). */
function solveSeven(a: Float64Array, b: Float64Array, sample: readonly number[]): readonly Matrix3[] {
  const sums = new Float64Array(81);
  for (const i of sample)
    addEquation(sums, epipolarEquation(a[2 * i], a[2 * i + 1], b[2 * i], b[2 * i + 1]), 1);
  const { realEigenvalues: values, eigenvectorMatrix: vectors } = decompose(sums);
  const order = values.map((_, i) => i).sort((i, j) => values[i] - values[j]);
  if (!(values[order[2]] > 1e-12 * values[order[8]])) return [];
  const [f, g] = [order[0], order[1]].map((i) => vectors.getColumn(i) as unknown as Matrix3);
  return singularMixtures(f, g).filter((matrix) => matrix.every(Number.isFinite));
}

/** The nearest matrix of rank 2, of length 1. */
export function enforceRankTwo(f: Matrix3): Matrix3 {
  const rows = [f.slice(0, 3), f.slice(3, 6), f.slice(6, 9)];
  const svd = new SingularValueDecomposition(rows, { autoTranspose: true });
  const [s0, s1] = svd.diagonal;
  const scale = Math.hypot(s0, s1) || 1;
  const flat = svd.leftSingularVectors
    .mmul(Matrix.diag([s0 / scale, s1 / scale, 0]))
    .mmul(svd.rightSingularVectors.transpose());
  return flat.to1DArray() as unknown as Matrix3;
}

/** The normalised eight-point algorithm (Hartley 1997), weighted. */
export function solveFundamental(a: Float64Array, b: Float64Array, weights: Float64Array): Matrix3 | null {
  const normalA = normalizePoints(a, weights);
  const normalB = normalizePoints(b, weights);
  const [p, q] = [normalA.points, normalB.points];
  const sums = new Float64Array(81);
  let count = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    count++;
    addEquation(sums, epipolarEquation(p[2 * i], p[2 * i + 1], q[2 * i], q[2 * i + 1]), weights[i]);
  }
  if (count < 8) return null;
  const f = smallestEigenvector(sums, 1);
  return f && unitLength(denormalizeFundamental(enforceRankTwo(f), normalA, normalB));
}

function unitLength(f: Matrix3): Matrix3 {
  const length = Math.hypot(...f);
  return f.map((value) => value / length) as unknown as Matrix3;
}

/**
 * Sampson's distance with its sign: the error in pixels to first order (Hartley and Zisserman, section 11.4.3).
 *
 * @example
 * import { fitModel, sampsonDistance } from 'whither/geometry';
 *
 * const { matrix } = fitModel('fundamental', correspondences);
 * const { pointsA, pointsB } = correspondences;
 * if (matrix) console.log(sampsonDistance(matrix, pointsA[0], pointsA[1], pointsB[0], pointsB[1]));
 */
export function sampsonDistance(f: Matrix3, x: number, y: number, u: number, v: number): number {
  const lx = f[0] * x + f[1] * y + f[2];
  const ly = f[3] * x + f[4] * y + f[5];
  const lw = f[6] * x + f[7] * y + f[8];
  const mx = f[0] * u + f[3] * v + f[6];
  const my = f[1] * u + f[4] * v + f[7];
  return (u * lx + v * ly + lw) / Math.sqrt(lx * lx + ly * ly + mx * mx + my * my);
}

function squaredErrors(f: Matrix3, a: Float64Array, b: Float64Array, out: Float64Array): void {
  for (let i = 0; i < out.length; i++) {
    const error = sampsonDistance(f, a[2 * i], a[2 * i + 1], b[2 * i], b[2 * i + 1]);
    out[i] = Number.isNaN(error) ? Infinity : error * error;
  }
}

function sampsonCost(f: Matrix3, a: Float64Array, b: Float64Array, weights: Float64Array): number {
  let cost = 0;
  for (let i = 0; i < weights.length; i++)
    if (weights[i] !== 0)
      cost += weights[i] * sampsonDistance(f, a[2 * i], a[2 * i + 1], b[2 * i], b[2 * i + 1]) ** 2;
  return cost;
}

const DIFFERENCE = 1e-6;

/** Normal equations of one step over all nine entries, the slopes by differences. */
function fillNormalEquations(
  f: Matrix3,
  a: Float64Array,
  b: Float64Array,
  weights: Float64Array,
  m: Float64Array,
): void {
  m.fill(0);
  const moved = f.map(
    (value, k) => f.map((other, i) => (i === k ? value + DIFFERENCE : other)) as unknown as Matrix3,
  );
  const slope = new Float64Array(9);
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    const [x, y, u, v] = [a[2 * i], a[2 * i + 1], b[2 * i], b[2 * i + 1]];
    const error = sampsonDistance(f, x, y, u, v);
    for (let k = 0; k < 9; k++) slope[k] = (sampsonDistance(moved[k], x, y, u, v) - error) / DIFFERENCE;
    for (let r = 0; r < 9; r++) {
      for (let c = 0; c < 9; c++) m[r * 10 + c] += weights[i] * slope[r] * slope[c];
      m[r * 10 + 9] -= weights[i] * slope[r] * error;
    }
  }
}

/**
 * Levenberg-Marquardt on Sampson's distance over the nine entries, brought back to rank 2 and length 1 after each
 * step; the damping takes up the two directions that this leaves without effect.
 */
export function refineFundamental(
  start: Matrix3,
  a: Float64Array,
  b: Float64Array,
  weights: Float64Array,
  steps = 5,
): Matrix3 | null {
  let f = enforceRankTwo(start);
  let damping = 1e-3;
  const normal = new Float64Array(90);
  for (let step = 0; step < steps; step++) {
    const cost = sampsonCost(f, a, b, weights);
    fillNormalEquations(f, a, b, weights, normal);
    let trace = 0;
    for (let r = 0; r < 9; r++) trace += normal[r * 11];
    let better: Matrix3 | null = null;
    for (let attempt = 0; attempt < 5 && !better; attempt++) {
      const system = normal.slice();
      for (let r = 0; r < 9; r++) system[r * 11] += damping * (normal[r * 11] + 1e-6 * trace);
      const delta = solveLinear(system, 9);
      if (!delta) return null;
      const next = enforceRankTwo(f.map((value, i) => value + delta[i]) as unknown as Matrix3);
      if (sampsonCost(next, a, b, weights) < cost) better = next;
      damping *= better ? 0.1 : 10;
    }
    if (!better) return f;
    f = better;
  }
  return f;
}

export const fundamentalEstimator: Estimator = {
  sampleSize: 7,
  solveMinimal: solveSeven,
  solveAll: solveFundamental,
  squaredErrors,
  refine: refineFundamental,
};
