/** Images made smaller: each new pixel is the mean of the area that it covers. */

import { shrinkReference } from './reference.ts';
import { shrinkSimd } from './simd.ts';
import type { ByteImage } from '../resample/index.ts';

export { shrinkReference } from './reference.ts';
export type { ByteImage } from '../resample/index.ts';

/**
 * @param width of the result, at most that of the image
 * @param height of the result, at most that of the image
 */
export function shrinkPixels(image: ByteImage, width: number, height: number): ByteImage {
  if (!(width >= 1 && height >= 1 && width <= image.width && height <= image.height))
    throw new RangeError(
      `Expected a size of at most ${image.width} x ${image.height} but received ${width} x ${height}`,
    );
  return shrinkSimd(image, width, height) ?? shrinkReference(image, width, height);
}
