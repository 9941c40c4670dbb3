import type { WarpedView } from '../canvas/index.ts';
import type { Tint } from '../types.ts';
import { brightnessAt, estimateGains } from './compensate.ts';

/** Logarithms up to this are noise: images of one white balance stay as they are. */
const NOTICED = 0.02;
/** What a channel may change at most. */
const MOST = Math.log(2);

/**
 * The tints that bring images of different white balance to their mean, from the gain of each channel where they
 * overlap; brightness is left to `estimateExposure`.
 *
 * @param views of the same canvas
 * @returns undefined where the images have one white balance
 */
export function estimateTints(views: readonly WarpedView[]): readonly Tint[] | undefined {
  const logs = [0, 1, 2].map((channel) =>
    estimateGains(views, (view, k) => brightnessAt(view, k, channel)).map(Math.log),
  );
  const tints = views.map((_, v) => {
    const mean = (logs[0][v] + logs[1][v] + logs[2][v]) / 3;
    return logs.map((log) => Math.max(-MOST, Math.min(MOST, log[v] - mean)));
  });
  if (tints.every((tint) => tint.every((log) => Math.abs(log) < NOTICED))) return undefined;
  return tints.map(([red, green, blue]): Tint => [Math.exp(red), Math.exp(green), Math.exp(blue)]);
}
