import type { FlowField } from './types.ts';
import { flowMagnitudes, knownPixels } from './known.ts';
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
  const known = knownPixels(flow);
  const lengths = flowMagnitudes(flow, known);
  const moving = Uint8Array.from(lengths, (length) => (length > STILL ? 1 : 0));
  const [high, greatest] = quantiles(lengths, moving, [percentile / 100, 1]);
  return Number.isNaN(high) ? 0 : Math.min(greatest, HEADROOM * high);
}
