import { CLIPPED } from './compensate.ts';
import type { WarpedView } from '../canvas/index.ts';
import type { Tint } from '../types.ts';

/** Share of an image's pixels that may be cut off, such as lamps and reflections. */
const CUT_OFF = 5e-4;
/** Every so many pixels one is looked at. */
const STEP = 7;
/** Gains are smooth: of every so many pixels one says how large they get, within {@link MARGIN}. */
const GAIN_STEP = 61;
const MARGIN = 1.02;
/** A gain may be so large; what is brighter still is cut off. */
const MOST = 4 * 255;

/**
 * The value that is to be shown as white: that of the brightest pixels after their gains, where no camera had cut them off,
 * and 255 at least. What was not burnt out in a photo is then not burnt out in the panorama.
 *
 * @param views of the same canvas, as they were taken
 * @param gainOf what pixel `k` of image `v` is multiplied by
 */
export function estimateWhite(
  views: readonly WarpedView[],
  gainOf: (v: number, k: number) => number,
  tints?: readonly Tint[],
): number {
  const brightest = views.map((view, v) => brightestOf(view, (k) => gainOf(v, k), tints?.[v]));
  return Math.max(255, ...brightest);
}

/** All but a few of an image's pixels are no brighter than this. */
function brightestOf(
  { rgb, inside }: WarpedView,
  gainAt: (k: number) => number,
  [red, green, blue]: Tint = [1, 1, 1],
): number {
  const counts = new Uint32Array(MOST + 1);
  // What stays below 255 with the largest gain needs no gain of its own: white is never less.
  const dark = 255 / (MARGIN * largestGain(inside, gainAt));
  let count = 0;
  for (let k = 0; k < inside.length; k += STEP) {
    if (!inside[k]) continue;
    const r = rgb[3 * k];
    const g = rgb[3 * k + 1];
    const b = rgb[3 * k + 2];
    count++;
    if (Math.min(r, g, b) > CLIPPED) continue;
    const greatest = Math.max(r * red, g * green, b * blue);
    if (greatest > dark) counts[Math.min(MOST, Math.ceil(greatest * gainAt(k)))]++;
  }
  let value = MOST;
  for (let above = counts[value]; value > 0 && above <= CUT_OFF * count;) above += counts[--value];
  return value;
}

function largestGain(inside: WarpedView['inside'], gainAt: (k: number) => number): number {
  let largest = 0;
  for (let k = 0; k < inside.length; k += GAIN_STEP) if (inside[k]) largest = Math.max(largest, gainAt(k));
  return largest;
}
