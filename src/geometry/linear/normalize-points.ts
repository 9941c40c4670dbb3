import { multiply3, transpose3 } from '../../core/index.ts';
import type { Matrix3 } from '../../core/index.ts';

/** Points moved to their centre and shrunk or enlarged: `(x - centerX) * scale` and the same of y. */
export interface NormalizedPoints {
  readonly points: Float64Array;
  readonly centerX: number;
  readonly centerY: number;
  readonly scale: number;
}

/**
 * Moves points to their centre of mass and scales them to a mean distance of the square root of 2 from it, without
 * which equations between their products lose most of their digits (Hartley 1997).
 *
 * @param weights how much each counts for centre and scale; defaults to all alike
 * @param scale the scale to use instead
 */
export function normalizePoints(
  points: ArrayLike<number>,
  weights?: ArrayLike<number>,
  scale?: number,
): NormalizedPoints {
  const count = points.length / 2;
  let [sumX, sumY, sum] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const w = weights ? weights[i] : 1;
    sumX += w * points[2 * i];
    sumY += w * points[2 * i + 1];
    sum += w;
  }
  const centerX = sum ? sumX / sum : 0;
  const centerY = sum ? sumY / sum : 0;
  scale ??= Math.SQRT2 / meanDistance(points, weights, centerX, centerY);
  const out = new Float64Array(points.length);
  for (let i = 0; i < count; i++) {
    out[2 * i] = (points[2 * i] - centerX) * scale;
    out[2 * i + 1] = (points[2 * i + 1] - centerY) * scale;
  }
  return { points: out, centerX, centerY, scale };
}

/** The mean distance of points from a place; 1 where all of them lie there, so that one can divide by it. */
export function meanDistance(
  points: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
  x: number,
  y: number,
): number {
  let [sum, total] = [0, 0];
  for (let i = 0; 2 * i < points.length; i++) {
    const w = weights ? weights[i] : 1;
    total += w;
    const dx = points[2 * i] - x;
    const dy = points[2 * i + 1] - y;
    sum += w * Math.sqrt(dx * dx + dy * dy);
  }
  return sum > 0 ? sum / total : 1;
}

const toNormalized = ({ centerX, centerY, scale }: NormalizedPoints): Matrix3 => [
  scale,
  0,
  -centerX * scale,
  0,
  scale,
  -centerY * scale,
  0,
  0,
  1,
];

const fromNormalized = ({ centerX, centerY, scale }: NormalizedPoints): Matrix3 => [
  1 / scale,
  0,
  centerX,
  0,
  1 / scale,
  centerY,
  0,
  0,
  1,
];

/** The map between the points as they were, from that between the normalised ones. */
export const denormalizeMap = (map: Matrix3, a: NormalizedPoints, b: NormalizedPoints): Matrix3 =>
  multiply3(multiply3(fromNormalized(b), map), toNormalized(a));

/** The map between the normalised points, from that between the points as they were. */
export const normalizeMap = (map: Matrix3, a: NormalizedPoints, b: NormalizedPoints): Matrix3 =>
  multiply3(multiply3(toNormalized(b), map), fromNormalized(a));

/** The fundamental matrix of the points as they were, from that of the normalised ones. */
export const denormalizeFundamental = (f: Matrix3, a: NormalizedPoints, b: NormalizedPoints): Matrix3 =>
  multiply3(multiply3(transpose3(toNormalized(b)), f), toNormalized(a));

/** The fundamental matrix of the normalised points, from that of the points as they were. */
export const normalizeFundamental = (f: Matrix3, a: NormalizedPoints, b: NormalizedPoints): Matrix3 =>
  multiply3(multiply3(transpose3(fromNormalized(b)), f), fromNormalized(a));
