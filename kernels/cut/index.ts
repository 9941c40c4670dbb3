/** The least cut of a grid between a source and a sink. */

import { minimumCutReference } from './reference.ts';
import type { GridGraph } from './types.ts';
import { minimumCutWasm } from './compiled.ts';

export { minimumCutReference } from './reference.ts';
export type { GridGraph } from './types.ts';

/**
 * 1 for each node that stays with the sink when the cheapest ties are cut, 0 for those with the source and for those
 * that either might have.
 *
 * @example
 * import { minimumCut } from 'whither/stitch';
 *
 * const terminals = Int32Array.of(5, 0, -5); // the first node hangs on the source, the last on the sink
 * const graph = { width: 3, height: 1, terminals, right: Int32Array.of(4, 1, 0), down: new Int32Array(3) };
 * const side = minimumCut(graph); // [0, 0, 1]
 */
export const minimumCut = (graph: GridGraph): Uint8Array =>
  minimumCutWasm(graph) ?? minimumCutReference(graph);
