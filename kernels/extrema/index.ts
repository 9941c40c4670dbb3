/** Extrema of the differences between ever more blurred images: where a detector of blobs begins. */

import { findExtremaReference } from './reference.ts';
import { findExtremaSimd } from './simd.ts';

export { findExtremaReference } from './reference.ts';

/**
 * The pixels at which the difference of two neighbouring layers has no neighbour beyond it, on the side of its sign,
 * among the 26 in its own difference and in those before and after.
 *
 * @param layers 4 or more images of `width * height` values
 * @param border pixels along each side that are left out, at least 1
 * @param least values between this and its negative are left out
 * @returns for each difference but the first and last the rising indices of its extrema: list `k` is of
 * `layers[k + 2] - layers[k + 1]`
 */
export function findExtrema(
  layers: readonly Float32Array[],
  width: number,
  height: number,
  border: number,
  least: number,
): number[][] {
  if (layers.length < 4) throw new RangeError(`Expected four or more layers but received ${layers.length}`);
  if (!(border >= 1)) throw new RangeError(`Expected a border of at least 1 but received ${border}`);
  if (width <= 2 * border || height <= 2 * border) return layers.slice(3).map(() => []);
  return (
    findExtremaSimd(layers, width, height, border, least) ??
    findExtremaReference(layers, width, height, border, least)
  );
}
