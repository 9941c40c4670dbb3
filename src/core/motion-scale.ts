import type { FlowField } from './types.ts';
import { knownPixels } from './known.ts';
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

/** The lengths in pixels of the known flow that is longer than {@link STILL}. */
function movingLengths(flow: FlowField): Float32Array {
  const { data } = flow;
  const known = knownPixels(flow);
  const lengths = new Float32Array(known.length);
  let count = 0;
  for (let i = 0; i < known.length; i++) {
    const [u, v] = [data[i * 2], data[i * 2 + 1]];
    // In single precision, as flowMagnitudes has them: the next one overwrites what is too short.
    lengths[count] = Math.sqrt(u * u + v * v);
    if (known[i] !== 0 && lengths[count] > STILL) count++;
  }
  return lengths.subarray(0, count);
}
