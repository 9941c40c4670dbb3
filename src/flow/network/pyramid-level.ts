import { averageSquares, resizePlanes } from '../../../kernels/resample/index.ts';
import type { FeatureMap } from '../../../kernels/types.ts';
import { checkFinite } from '../../runtime/index.ts';
import type { Maps } from '../types.ts';
import { volumeMap } from './engine-network.ts';
import { checkOutputMap } from './graph.ts';
import type { Graph } from './graph.ts';
import type { PyramidNetwork } from './pyramid-kernels.ts';
import type { PyramidState } from './pyramid-state.ts';

/** The encodings of a pair, and how it is run. */
export interface PyramidRun {
  readonly a: Maps;
  readonly b: Maps;
  /** Steps of the decoder at each level, coarse to fine. */
  readonly counts: readonly number[];
  readonly signal: AbortSignal | undefined;
}

/** What a level found, on a finer grid than its own. */
export interface Upsampled {
  /** u and v in pixels of the input. */
  readonly flow: FeatureMap;
  /** The probability of being occluded, 0 to 1. */
  readonly occlusion: FeatureMap;
}

/** The steps of the last level of a run. */
export async function runLastLevel(
  pyramid: PyramidNetwork,
  state: PyramidState,
  run: PyramidRun,
): Promise<Upsampled> {
  const logit = await improve(pyramid, state, run);
  return (await upsample(pyramid, state, logit, pyramid.graphs.mask)).found;
}

/** The steps of a level; then the state is that of the next one, whose cells are half as large. */
export async function runLevel(pyramid: PyramidNetwork, state: PyramidState, run: PyramidRun): Promise<void> {
  const logit = await improve(pyramid, state, run);
  const { found, outputs } = await upsample(pyramid, state, logit, pyramid.graphs.rise);
  const { height, width } = state.flow;
  const finer = checkOutputMap(outputs.finer, [null, 2 * height, 2 * width], 'finer');
  const stride = pyramid.shape.strides[state.level + 1];
  const cells = averageSquares(found.flow, found.flow.width / finer.width);
  for (let i = 0; i < cells.data.length; i++) cells.data[i] /= stride;
  state.level++;
  state.flow = cells;
  state.match = toFinerCells(state.match, finer.width, finer.height);
  state.hidden = finer;
}

/**
 * The decoder's steps at the state's level.
 *
 * @returns the logit of having no counterpart in B, one plane
 */
async function improve(
  { graphs, kernels }: PyramidNetwork,
  state: PyramidState,
  { a, b, counts, signal }: PyramidRun,
): Promise<Float32Array> {
  const { level } = state;
  let logit: Float32Array = new Float32Array(state.flow.height * state.flow.width);
  const { lookup, volume } = await kernels.lookups.get(a[`features${level}`]);
  const { places } = await kernels.hiddenPlaces.get(state.hidden);
  lookup.load(a[`features${level}`], b[`features${level}`]);
  for (let step = 0; step < counts[level]; step++) {
    signal?.throwIfAborted();
    const correlation = volumeMap(lookup.lookup(state.flow.data, volume));
    const { flow, match, hidden } = state;
    const { change, next } = await graphs.decoder.run(
      { correlation, context: a[`context${level}`], flow, match, hidden },
      { next: places[step % 2] },
    );
    checkOutputMap(change, [3, flow.height, flow.width], 'change');
    checkFinite(change.data, 'change');
    state.flow = addStep(flow, change);
    logit = change.data.subarray(2 * flow.height * flow.width);
    state.hidden = next;
  }
  return logit;
}

/** The flow and the first two planes of what the decoder changes. */
function addStep(flow: FeatureMap, change: FeatureMap): FeatureMap {
  const data = new Float32Array(flow.data.length);
  for (let i = 0; i < data.length; i++) data[i] = flow.data[i] + change.data[i];
  return { ...flow, data };
}

/** Brings flow and occlusion to a finer grid by the mask that a graph makes of the hidden state. */
async function upsample(
  { kernels, shape: { strides, factor } }: PyramidNetwork,
  { level, flow, hidden }: PyramidState,
  logit: Float32Array,
  graph: Graph,
): Promise<{ found: Upsampled; outputs: Maps }> {
  const { upsampling, into } = await kernels.upsamplings.get(flow);
  const outputs = await graph.run({ hidden }, into);
  const { data: mask } = checkOutputMap(outputs.mask, [9 * factor * factor, flow.height, flow.width], 'mask');
  const out = upsampling.run({ flow: flow.data, mask, extra: logit }, strides[level]);
  checkFinite(out.flow, 'mask');
  const size = { height: flow.height * factor, width: flow.width * factor };
  const found = {
    flow: { channels: 2, ...size, data: out.flow },
    occlusion: { channels: 1, ...size, data: out.extra },
  };
  return { found, outputs };
}

/** Both flows of the match on a grid twice as fine, in its cells, and the confidence. */
function toFinerCells(match: FeatureMap, width: number, height: number): FeatureMap {
  const finer = resizePlanes(match, width, height);
  for (let i = 0; i < 4 * height * width; i++) finer.data[i] *= 2;
  return finer;
}
