/** Histograms of gradients about places of an image: what SIFT's descriptors are made of. */

import { describeDenseReference } from './dense-reference.ts';
import { describeDenseSimd } from './dense-simd.ts';
import { describeReference } from './reference.ts';
import { describeSimd } from './simd.ts';
import type { GreyPlane, Places } from './types.ts';

export { LENGTH as DESCRIPTOR_LENGTH } from './grid.ts';
export { describeDenseReference } from './dense-reference.ts';
export { describeReference } from './reference.ts';
export type { GreyPlane, Places } from './types.ts';

/**
 * Of each place 4 x 4 cells of 8 directions, turned with the place, from 225 samples: 128 values, cell by cell, not
 * scaled to any length. In WebAssembly SIMD where the image lies in a workspace.
 */
export const describePlaces = (plane: GreyPlane, places: Places): Float32Array =>
  describeSimd(plane, places) ?? describeReference(plane, places);

/**
 * As {@link describePlaces}, from the gradients of all pixels about a place, each shared among the two nearest cells each
 * way and the two nearest directions, and weighted by a Gaussian of half the descriptor's side (Lowe 2004, section 6.1).
 */
export const describeDense = (plane: GreyPlane, places: Places): Float32Array =>
  describeDenseSimd(plane, places) ?? describeDenseReference(plane, places);
