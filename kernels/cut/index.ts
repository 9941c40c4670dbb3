/** The least cut of a grid between a source and a sink. */

import { minimumCutReference } from './reference.ts';
import type { GridGraph } from './types.ts';
import { minimumCutWasm } from './compiled.ts';

export { minimumCutReference } from './reference.ts';
export type { GridGraph } from './types.ts';

/**
 * 1 for each node that stays with the sink when the cheapest ties are cut, 0 for those with the source and for those
 * that either might have.
 */
export const minimumCut = (graph: GridGraph): Uint8Array =>
  minimumCutWasm(graph) ?? minimumCutReference(graph);
