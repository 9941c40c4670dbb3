/** Translation, similarity and affine map: least squares has closed forms, so nothing is left to refine. */

import type { Matrix3 } from '../../core/index.ts';
import type { Estimator } from './estimator.ts';
import { squaredMapErrors } from './map-errors.ts';

interface Centers {
  readonly sum: number;
  readonly ax: number;
  readonly ay: number;
  readonly bx: number;
  readonly by: number;
}

function weightedCenters(a: Float64Array, b: Float64Array, weights: Float64Array): Centers | null {
  let [sum, ax, ay, bx, by] = [0, 0, 0, 0, 0];
  for (let i = 0; i < weights.length; i++) {
    const w = weights[i];
    if (w === 0) continue;
    sum += w;
    ax += w * a[2 * i];
    ay += w * a[2 * i + 1];
    bx += w * b[2 * i];
    by += w * b[2 * i + 1];
  }
  return sum > 0 ? { sum, ax: ax / sum, ay: ay / sum, bx: bx / sum, by: by / sum } : null;
}

/** The mean shift. */
export function solveTranslation(a: Float64Array, b: Float64Array, weights: Float64Array): Matrix3 | null {
  const c = weightedCenters(a, b, weights);
  return c && [1, 0, c.bx - c.ax, 0, 1, c.by - c.ay, 0, 0, 1];
}

/** Turn, scale and shift of least squares (Umeyama 1991), in the plane a product of complex numbers. */
export function solveSimilarity(a: Float64Array, b: Float64Array, weights: Float64Array): Matrix3 | null {
  const c = weightedCenters(a, b, weights);
  if (!c) return null;
  let [real, imaginary, norm] = [0, 0, 0];
  for (let i = 0; i < weights.length; i++) {
    const w = weights[i];
    if (w === 0) continue;
    const [px, py] = [a[2 * i] - c.ax, a[2 * i + 1] - c.ay];
    const [qx, qy] = [b[2 * i] - c.bx, b[2 * i + 1] - c.by];
    real += w * (px * qx + py * qy);
    imaginary += w * (px * qy - py * qx);
    norm += w * (px * px + py * py);
  }
  if (!(norm > 1e-18 * c.sum) || Math.hypot(real, imaginary) < 1e-12 * norm) return null;
  const [p, q] = [real / norm, imaginary / norm];
  return [p, -q, c.bx - p * c.ax + q * c.ay, q, p, c.by - q * c.ax - p * c.ay, 0, 0, 1];
}

/** The affine map of least squares. */
export function solveAffine(a: Float64Array, b: Float64Array, weights: Float64Array): Matrix3 | null {
  const c = weightedCenters(a, b, weights);
  if (!c) return null;
  // Second moments of A, and those of A with B.
  let [xx, xy, yy, xu, yu, xv, yv] = [0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < weights.length; i++) {
    const w = weights[i];
    if (w === 0) continue;
    const [x, y] = [a[2 * i] - c.ax, a[2 * i + 1] - c.ay];
    const [u, v] = [b[2 * i] - c.bx, b[2 * i + 1] - c.by];
    xx += w * x * x;
    xy += w * x * y;
    yy += w * y * y;
    xu += w * x * u;
    yu += w * y * u;
    xv += w * x * v;
    yv += w * y * v;
  }
  const determinant = xx * yy - xy * xy;
  // The smaller moment beside the larger tells how far the points are from lying on one line.
  if (!(determinant > 1e-9 * (xx + yy) ** 2)) return null;
  const m0 = (xu * yy - yu * xy) / determinant;
  const m1 = (yu * xx - xu * xy) / determinant;
  const m3 = (xv * yy - yv * xy) / determinant;
  const m4 = (yv * xx - xv * xy) / determinant;
  return [m0, m1, c.bx - m0 * c.ax - m1 * c.ay, m3, m4, c.by - m3 * c.ax - m4 * c.ay, 0, 0, 1];
}

type Solve = Estimator['solveAll'];

/** An estimator whose minimal case is least squares on the sample. */
function linearEstimator(sampleSize: number, solve: Solve): Estimator {
  const ones = new Float64Array(sampleSize).fill(1);
  return {
    sampleSize,
    solveMinimal(a, b, sample) {
      const matrix = solve(gather(a, sample), gather(b, sample), ones);
      return matrix ? [matrix] : [];
    },
    solveAll: solve,
    squaredErrors: squaredMapErrors,
    refine: (_, a, b, weights) => solve(a, b, weights),
  };
}

/** The points of the given indices. */
export function gather(points: Float64Array, indices: readonly number[]): Float64Array {
  const out = new Float64Array(indices.length * 2);
  for (let k = 0; k < indices.length; k++) {
    out[2 * k] = points[2 * indices[k]];
    out[2 * k + 1] = points[2 * indices[k] + 1];
  }
  return out;
}

export const translationEstimator = linearEstimator(1, solveTranslation);
export const similarityEstimator = linearEstimator(2, solveSimilarity);
export const affineEstimator = linearEstimator(3, solveAffine);
