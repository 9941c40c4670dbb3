/** Painting a picture through a grid of places: warping, brightness and blending in one go, in 8 bits. */

import { openPainterReference } from './reference.ts';
import { openPainterSimd } from './simd.ts';
import type { PaintChange, Painter, PaintNodes, PaintSource } from './types.ts';

export { openPainterReference } from './reference.ts';
export { CELL } from './types.ts';
export type { PaintChange, Painter, PaintNodes, PaintSource } from './types.ts';

/**
 * Opens a picture for painting.
 *
 * @param nodes where its cells lie; cells with a corner that is not finite must not be painted
 * @param change what is added to its colours
 * @returns a painter, good until the next one is opened
 */
export const openPainter = (source: PaintSource, nodes: PaintNodes, change?: PaintChange): Painter =>
  openPainterSimd(source, nodes, change) ?? openPainterReference(source, nodes, change);
