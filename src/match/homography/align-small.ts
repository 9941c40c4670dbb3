import { resizePlanes } from '../../../kernels/resample/index.ts';
import { composeHomographies, resizeHomography } from '../../core/index.ts';
import type { Homography } from '../../core/index.ts';
import type { Grey } from '../../features/index.ts';
import { buildPyramid, polishHomography } from '../pair/index.ts';
import { isMapOfPicture } from './looks.ts';
import type { SmallPicture } from './small-picture.ts';

/** Sides that the pictures are shrunk to, one after the other, and most steps at each: coarse ones reach farther. */
const LEVELS = [
  [32, 15],
  [64, 10],
  [128, 4],
] as const;

/** Grey levels that the deviation of a picture is stretched to, for the aligner takes little contrast for noise. */
const DEVIATION = 50;
const LEAST_DEVIATION = 0.02 / 255;

/**
 * Aligns two small pictures themselves from a first guess that is a tenth of the side off at most, coarse to fine. A step
 * that makes the pictures no more alike is left out.
 *
 * @param start from pixels of the small picture A to those of B
 */
export function alignSmall(a: SmallPicture, b: SmallPicture, start: Homography): Homography {
  let found = start;
  for (const [side, steps] of LEVELS.filter(([length]) => length <= a.size)) {
    const [toSide, back] = [side / a.size, a.size / side].map((scale) => resizeHomography(scale, scale));
    const [greyA, greyB] = [a, b].map((picture) => toStretchedGrey(picture, side));
    const guess = composeHomographies(toSide, composeHomographies(found, back));
    const { homography, before, after } = polishHomography(buildPyramid(greyA), greyB, guess, { steps });
    const next = composeHomographies(back, composeHomographies(homography, toSide));
    if (after > before && isMapOfPicture(next, a.size)) found = next;
  }
  return found;
}

/** Shrunk, with mean 128 and a deviation of 50; a flat picture stays flat. */
function toStretchedGrey({ size, data }: SmallPicture, side: number): Grey {
  const small = resizePlanes({ channels: 1, height: size, width: size, data }, side, side).data;
  const mean = small.reduce((sum, value) => sum + value, 0) / small.length;
  const deviation = Math.sqrt(small.reduce((sum, value) => sum + (value - mean) ** 2, 0) / small.length);
  const gain = DEVIATION / Math.max(deviation, LEAST_DEVIATION);
  return { width: side, height: side, data: small.map((value) => 128 + (value - mean) * gain) };
}
