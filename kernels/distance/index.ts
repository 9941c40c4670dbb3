/** Distances within a mask. */

import { distanceReference } from './reference.ts';
import { distanceSimd } from './simd.ts';

export { distanceReference } from './reference.ts';

/**
 * How far each pixel of a mask of `width * height` bytes, 0 or 1, lies from the nearest pixel outside of it, in pixels,
 * the image's border counting as outside: two sweeps of chamfer steps of 3 and 4 (Borgefors 1986), right to within
 * 8 %.
 */
export const distanceInside = (mask: Uint8Array, width: number, height: number): Float32Array =>
  distanceSimd(mask, width, height) ?? distanceReference(mask, width, height);
