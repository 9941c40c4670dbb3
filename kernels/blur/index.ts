/** Blurring with a symmetric kernel, the same along rows and columns. */

import { blurReference } from './reference.ts';
import { blurSimd } from './simd.ts';

export { blurReference } from './reference.ts';

/**
 * Blurs a plane along its rows and columns; beyond the border it is its own mirror image, the border not repeated.
 *
 * @param data `width * height` values, row by row
 * @param out where the result goes, of the size of `data` and another than it; defaults to a new array
 * @param half the kernel's middle and one side, outwards: the sum is `half[0] + 2 * (half[1] + half[2] + ...)`
 */
export const blurSeparable = (
  data: Float32Array,
  width: number,
  height: number,
  half: Float32Array,
  out: Float32Array = new Float32Array(width * height),
): Float32Array => {
  if (!blurSimd(data, width, height, half, out)) out.set(blurReference(data, width, height, half));
  return out;
};
