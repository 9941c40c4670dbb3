/** What a seam between two layers of images costs. */

import { weighReference } from './reference.ts';
import { weighSimd } from './simd.ts';
import type { SeamLayer, SeamWeights, Window } from './types.ts';

export { weighReference } from './reference.ts';
export type { SeamLayer, SeamWeights, Window } from './types.ts';

/**
 * Weighs a seam between what has been laid down and a new layer: a cut costs the difference of the colours on both
 * sides of it over the gradients there (Kwatra et al. 2003, equation 5), far from edges is preferred a little, and
 * beside what only one of the layers shows a pixel stays with that.
 *
 * @param window of the canvas, within the areas of both layers
 * @returns what only the new layer shows is drawn to it, and tied to nothing; what it does not show is drawn to neither
 */
export const weighSeam = (fresh: SeamLayer, old: SeamLayer, window: Window): SeamWeights =>
  weighSimd(fresh, old, window) ?? weighReference(fresh, old, window);
