/** The grey of colours by ITU-R BT.601. */

import { greyReference } from './reference.ts';
import { greySimd } from './simd.ts';

export { greyReference } from './reference.ts';

/**
 * 0.299 R + 0.587 G + 0.114 B of each pixel, 0 to 255, not rounded.
 *
 * @param rgb three bytes a pixel
 * @param out one value a pixel; defaults to a new array
 */
export function greyOf(rgb: Uint8Array, out: Float32Array = new Float32Array(rgb.length / 3)): Float32Array {
  if (rgb.length !== 3 * out.length)
    throw new TypeError(
      `Expected ${3 * out.length} bytes for ${out.length} pixels but received ${rgb.length}`,
    );
  if (!greySimd(rgb, out)) greyReference(rgb, out);
  return out;
}
