/** Multiband blending: what it changes in each of the images of a tile. */

import { blendReference } from './reference.ts';
import { blendSimd } from './simd.ts';
import type { BlendLayer } from './types.ts';

export { double, halve } from './pyramid.ts';
export { blendReference } from './reference.ts';
export type { BlendLayer } from './types.ts';

/**
 * Coarse structures are mixed over wide zones about the seams and fine ones over narrow zones (Burt and Adelson 1983).
 * Images are smoothed first, with weights 1, 2, 1 of 4 along both directions, or where their pixels happen to lie
 * would show.
 *
 * @param width of the tile, as `height` a multiple of `2 ** (levels - 1)`
 * @param levels bands, 1 or more
 * @returns what is to be added to each image, four values a pixel of its area: red, green, blue, and one without
 * meaning; away from the seams it is 0
 * @example
 * import { blendLayers } from 'whither/kernels';
 *
 * const changes = blendLayers(width, height, layers, 5); // what to add to each layer, four values a pixel
 */
export const blendLayers = (
  width: number,
  height: number,
  layers: readonly BlendLayer[],
  levels: number,
): Float32Array[] =>
  blendSimd(width, height, layers, levels) ?? blendReference(width, height, layers, levels);
