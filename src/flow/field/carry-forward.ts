import { splatForward } from '../../../kernels/warp/index.ts';
import type { FlowField } from '../../core/index.ts';
import { resizeFlow } from './resize.ts';

/** Pixels of the flow to a cell of what is carried: it only starts the search for the next one. */
const COARSENESS = 8;

/**
 * What the flow of the next pair would be if all motion went on as it is: every flow vector moved along itself, as in
 * the warm start of RAFT (Teed and Deng 2020, section 4.3). Where none arrives, the one that was there.
 *
 * @returns flow on a grid of 1/8 of the size, in pixels of that grid
 */
export function carryForward(flow: FlowField): FlowField {
  const width = Math.ceil(flow.width / COARSENESS);
  const height = Math.ceil(flow.height / COARSENESS);
  const { data } = resizeFlow(flow, width, height);
  const { values, coverage } = splatForward({ width, height, channels: 2, values: data, flow: data });
  const carried = data.map((value, i) => (coverage[i >> 1] > 0 ? values[i] : value));
  return { width, height, data: carried };
}
