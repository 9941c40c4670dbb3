/** Painting an image through a grid of places: warping, brightness and blending in one go, in 8 bits. */

import { openPainterReference } from './reference.ts';
import { paintSimd } from './simd.ts';
import type { PaintChange, Painter, PaintNodes, PaintSource, PaintTone } from './types.ts';

export { openPainterReference } from './reference.ts';
export { CELL, shoulderOf } from './types.ts';
export type { PaintChange, Painter, PaintNodes, PaintSource, PaintTone } from './types.ts';

/**
 * Opens an image for painting.
 *
 * @param paint is called once, with a painter that is good until it returns
 * @param nodes where the image's cells lie; cells with a corner that is not finite must not be painted
 * @param change what is added to its colours
 * @param tone how its colours are changed before
 */
export function paintPixels(
  paint: (painter: Painter) => void,
  source: PaintSource,
  nodes: PaintNodes,
  change?: PaintChange,
  tone: PaintTone = {},
): void {
  if (!paintSimd(paint, source, nodes, change, tone))
    paint(openPainterReference(source, nodes, change, tone));
}
