/** Histograms of gradients about places of a picture: what SIFT's descriptors are made of. */

import { describeReference } from './reference.ts';
import { describeSimd } from './simd.ts';
import type { GreyPlane, Places } from './types.ts';

export { LENGTH as DESCRIPTOR_LENGTH } from './grid.ts';
export { describeReference } from './reference.ts';
export type { GreyPlane, Places } from './types.ts';

/**
 * Of each place 4 x 4 cells of 8 directions, turned with the place, from 225 samples: 128 values, cell by cell, not
 * scaled to any length. In WebAssembly SIMD where the picture lies in a workspace.
 */
export const describePlaces = (plane: GreyPlane, places: Places): Float32Array =>
  describeSimd(plane, places) ?? describeReference(plane, places);
