import {
  IDENTITY,
  checkAborted,
  composeHomographies,
  normalizeHomography,
  transformPoints,
} from '../../core/index.ts';
import type { Homography, Tensor } from '../../core/index.ts';
import { tensorDlt } from '../../geometry/index.ts';
import type { HomographyModel } from './homography-model.ts';
import { warpSquare } from './small-image.ts';
import type { SmallImage } from './small-image.ts';

/** A map that gives a corner less than this share of the middle's weight passes too near to the horizon. */
const LEAST_WEIGHT = 0.1;

/** A map that makes the image smaller than this share of its area, or larger by as much, is none. */
const LEAST_AREA = 0.01;

/**
 * Looks at two images both ways at once: each look sees the second image brought onto the first by what the looks
 * before it found. A look that makes no map of an image is passed over, so that there is always a result.
 *
 * @returns from pixels of the small image A to those of B, and from B to A
 */
export async function lookBothWays(
  model: HomographyModel,
  a: SmallImage,
  b: SmallImage,
  count: number,
  signal?: AbortSignal,
): Promise<[ab: Homography, ba: Homography]> {
  const { size } = a;
  const first = stack([a, b]);
  let found: [Homography, Homography] = [IDENTITY, IDENTITY];
  for (let look = 0; look < count; look++) {
    await checkAborted(signal);
    const second = look ? [warpSquare(b, found[0]), warpSquare(a, found[1])] : [b, a];
    const { data } = await model.look(look ? 'fine' : 'coarse', first, stack(second));
    found = [step(found[0], data.subarray(0, 8), size), step(found[1], data.subarray(8, 16), size)];
  }
  return found;
}

/** Images as one batch. */
function stack(images: readonly SmallImage[]): Tensor {
  const [{ size }] = images;
  const data = new Float32Array(images.length * size * size);
  images.forEach((image, i) => data.set(image.data, i * size * size));
  return { dims: [images.length, 1, size, size], data };
}

/** The map with a look's own after it in A's plane; the map as it was where that makes none of an image. */
function step(before: Homography, offsets: Float32Array, size: number): Homography {
  const small = tensorDlt(offsets, size, size);
  const next = small && normalizeHomography(composeHomographies(before, small));
  return next && isMapOfImage(next, size) ? next : before;
}

/** Whether a map keeps a square image in front of the horizon, the right way round, and of some size. */
export function isMapOfImage(h: Homography, size: number): boolean {
  const last = size - 1;
  const corners = [0, 0, last, 0, last, last, 0, last];
  const middle = (h[6] * last) / 2 + (h[7] * last) / 2 + h[8];
  for (let k = 0; k < 8; k += 2)
    if (!((h[6] * corners[k] + h[7] * corners[k + 1] + h[8]) / middle > LEAST_WEIGHT)) return false;
  const p = transformPoints(h, corners);
  let area = 0;
  for (let k = 0; k < 8; k += 2) area += p[k] * p[(k + 3) % 8] - p[(k + 2) % 8] * p[k + 1];
  const share = area / 2 / last ** 2;
  return share > LEAST_AREA && share < 1 / LEAST_AREA;
}
