/** Images made smaller: each new pixel is the mean of the area that it covers. */

import { shrinkReference } from './reference.ts';
import { shrinkSimd } from './simd.ts';
import type { BytePicture } from './types.ts';

export { shrinkReference } from './reference.ts';
export type { BytePicture } from './types.ts';

/**
 * @param width of the result, at most that of the image
 * @param height of the result, at most that of the image
 */
export function shrinkPicture(picture: BytePicture, width: number, height: number): BytePicture {
  if (!(width >= 1 && height >= 1 && width <= picture.width && height <= picture.height))
    throw new RangeError(
      `Expected a size of at most ${picture.width} x ${picture.height} but received ${width} x ${height}`,
    );
  return shrinkSimd(picture, width, height) ?? shrinkReference(picture, width, height);
}
