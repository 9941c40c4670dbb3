import { resizePlanes } from '../../../kernels/resample/index.ts';
import { composeHomographies, resizeHomography } from '../../core/index.ts';
import type { Homography } from '../../core/index.ts';
import type { Grey } from '../../features/index.ts';
import { buildPyramid, polishHomography } from '../pair/index.ts';
import { isMapOfImage } from './iterate-homography.ts';
import type { SmallImage } from './small-image.ts';

/** Sides that the images are shrunk to, one after the other, and most steps at each: coarse ones reach farther. */
const LEVELS = [
  [32, 15],
  [64, 10],
  [128, 4],
] as const;

/** Grey levels that the deviation of an image is stretched to, for the aligner takes little contrast for noise. */
const DEVIATION = 50;
const LEAST_DEVIATION = 0.02 / 255;

/**
 * Aligns two small images themselves from a first guess that is a tenth of the side off at most, coarse to fine. A step
 * that makes the images no more alike is left out.
 *
 * @param start from pixels of the small image A to those of B
 */
export function alignSmall(a: SmallImage, b: SmallImage, start: Homography): Homography {
  let found = start;
  for (const [side, steps] of LEVELS.filter(([length]) => length <= a.size)) {
    const [toSide, back] = [side / a.size, a.size / side].map((scale) => resizeHomography(scale, scale));
    const [greyA, greyB] = [a, b].map((image) => toStretchedGrey(image, side));
    const guess = composeHomographies(toSide, composeHomographies(found, back));
    const { homography, before, after } = polishHomography(buildPyramid(greyA), greyB, guess, { steps });
    const next = composeHomographies(back, composeHomographies(homography, toSide));
    if (after > before && isMapOfImage(next, a.size)) found = next;
  }
  return found;
}

/** Shrunk, with mean 128 and a deviation of 50; a flat image stays flat. */
function toStretchedGrey({ size, data }: SmallImage, side: number): Grey {
  const small = resizePlanes({ channels: 1, height: size, width: size, data }, side, side).data;
  const mean = small.reduce((sum, value) => sum + value, 0) / small.length;
  const deviation = Math.sqrt(small.reduce((sum, value) => sum + (value - mean) ** 2, 0) / small.length);
  const gain = DEVIATION / Math.max(deviation, LEAST_DEVIATION);
  return { width: side, height: side, data: small.map((value) => 128 + (value - mean) * gain) };
}
