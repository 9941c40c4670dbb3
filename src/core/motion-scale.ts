import type { FlowField } from './types.ts';
import { isKnown } from './known.ts';
import { quantiles } from './quantile.ts';

/** Pixels of motion up to which a pixel counts as still: the noise of two images of one scene. */
export const STILL = 0.5;

/** Least scale of colours, in pixels, so that noise stays pale. */
export const LEAST_SCALE = 1;

/** Of a frame's lengths, the percentile that its scale follows. */
export const SCALE_PERCENTILE = 99;

/** How far beyond the percentile the greatest length may lie and still set the scale. */
const HEADROOM = 1.25;

/**
 * The greatest length in pixels among what moves, but at most 1.25 times the given percentile of it: a smooth field
 * keeps its own greatest length, and a few outliers do not pale the rest. Still pixels do not count, so that a small
 * thing before a still background has its own scale. 0 where nothing moves.
 */
export function motionScale(flow: FlowField, percentile: number): number {
  const [high, greatest] = quantiles(movingLengths(flow), undefined, [percentile / 100, 1]);
  return Number.isNaN(high) ? 0 : Math.min(greatest, HEADROOM * high);
}

/** Below this square no length is {@link STILL} or more, however it is rounded. */
const SURELY_STILL = 0.99 * STILL * STILL;

/** The lengths in pixels, in single precision, of the known flow that is longer than {@link STILL}. */
function movingLengths({ width, height, data, valid }: FlowField): Float32Array {
  const lengths = new Float32Array(width * height);
  let count = 0;
  for (let i = 0; i < lengths.length; i++) {
    const u = data[i * 2];
    const v = data[i * 2 + 1];
    const squared = u * u + v * v;
    if (!(squared > SURELY_STILL) || !isKnown(u, v) || valid?.[i] === 0) continue;
    const length = Math.fround(Math.sqrt(squared));
    if (length > STILL) lengths[count++] = length;
  }
  return lengths.subarray(0, count);
}
