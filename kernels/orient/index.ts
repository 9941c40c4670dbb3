/** Directions of gradients about a place of an image. */

import { histogramReference } from './reference.ts';
import { histogramSimd } from './simd.ts';
import type { GreyPlane, Surroundings } from './types.ts';

export { histogramReference } from './reference.ts';
export { BINS } from './types.ts';
export type { GreyPlane, Surroundings } from './types.ts';

/**
 * How much gradient there is in each of {@link BINS} directions: lengths, weighted by a Gaussian about the place, each
 * in the bin next to its direction; then smoothed around the circle by weights 1, 4, 6, 4, 1 of 16. In WebAssembly SIMD
 * where the image lies in a workspace.
 *
 * @param step take every pixel (1) or every second one each way (2); those at the border have no gradient
 */
export const directionHistogram = (plane: GreyPlane, around: Surroundings, step: 1 | 2 = 1): Float32Array =>
  histogramSimd(plane, around, step) ?? histogramReference(plane, around, step);
