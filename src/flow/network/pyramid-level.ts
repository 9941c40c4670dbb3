import { averageSquares } from '../../../kernels/resample/index.ts';
import type { FeatureMap } from '../../../kernels/types.ts';
import { checkFinite } from '../../runtime/index.ts';
import type { Maps } from '../types.ts';
import { volumeMap } from './engine-network.ts';
import { checkOutputMap } from './graph.ts';
import type { Graph } from './graph.ts';
import type { PyramidNetwork, PyramidRun } from './pyramid-network.ts';
import { noLogit, toFinerCells } from './pyramid-state.ts';
import type { PyramidState } from './pyramid-state.ts';

/** What a level found, on a finer grid than its own. */
export interface Upsampled {
  /** u and v in pixels of the input. */
  readonly flow: FeatureMap;
  /** The probability of being occluded, 0 to 1. */
  readonly occlusion: FeatureMap;
}

/** The steps of the last level of a run. */
export async function runLastLevel(
  network: PyramidNetwork,
  state: PyramidState,
  run: PyramidRun,
): Promise<Upsampled> {
  await improve(network, state, run, run.counts[state.level]);
  return (await upsample(network, state, network.parts.levels[state.level].mask)).found;
}

/** The steps of a level; then the state is that of the next one, whose cells are half as large. */
export async function runLevel(network: PyramidNetwork, state: PyramidState, run: PyramidRun): Promise<void> {
  await improve(network, state, run, run.counts[state.level]);
  const { found, outputs } = await upsample(network, state, network.parts.levels[state.level].rise!);
  const { height, width } = state.flow;
  const finer = checkOutputMap(outputs.finer, [null, 2 * height, 2 * width], 'finer');
  state.level++;
  state.steps = 0;
  const stride = network.shape.strides[state.level];
  const cells = averageSquares(found.flow, found.flow.width / finer.width);
  for (let i = 0; i < cells.data.length; i++) cells.data[i] /= stride;
  state.flow = cells;
  state.logit = noLogit(finer);
  state.hidden = finer;
  if (network.parts.levels[state.level].guides)
    state.guides = toFinerCells(state.guides, finer.width, finer.height);
}

/**
 * Steps at the state's level.
 *
 * @param until so many are taken
 */
export async function improve(
  { parts, kernels }: PyramidNetwork,
  state: PyramidState,
  { a, b, signal }: PyramidRun,
  until: number,
): Promise<void> {
  const { level } = state;
  const { step: graph, guides } = parts.levels[level];
  const { lookup, volume } = await kernels.lookups.get(a[`features${level}`]);
  const { places } = await kernels.hiddenPlaces.get(state.hidden);
  lookup.load(a[`features${level}`], b[`features${level}`]);
  for (; state.steps < until; state.steps++) {
    signal?.throwIfAborted();
    const { flow, hidden } = state;
    const correlation = volumeMap(lookup.lookup(flow.data, volume));
    const feeds = { correlation, context: a[`context${level}`], flow, hidden };
    const { change, next } = await graph.run(guides ? { ...feeds, [guides]: state.guides } : feeds, {
      next: places[state.steps % 2],
    });
    checkOutputMap(change, [3, flow.height, flow.width], 'change');
    checkFinite(change.data, 'change');
    state.flow = addStep(flow, change);
    state.logit = { ...state.logit, data: change.data.subarray(2 * flow.height * flow.width) };
    state.hidden = next;
  }
}

/** The flow and the first two planes of what a step changes. */
function addStep(flow: FeatureMap, change: FeatureMap): FeatureMap {
  const data = new Float32Array(flow.data.length);
  for (let i = 0; i < data.length; i++) data[i] = flow.data[i] + change.data[i];
  return { ...flow, data };
}

/** Brings flow and occlusion to a finer grid by the mask that a graph makes of the hidden state. */
async function upsample(
  { kernels, shape: { strides, factor } }: PyramidNetwork,
  { level, flow, logit, hidden }: PyramidState,
  graph: Graph,
): Promise<{ found: Upsampled; outputs: Maps }> {
  const { upsampling, into } = await kernels.upsamplings.get(flow);
  const outputs = await graph.run({ hidden }, into);
  const { data: mask } = checkOutputMap(outputs.mask, [9 * factor * factor, flow.height, flow.width], 'mask');
  const out = upsampling.run({ flow: flow.data, mask, extra: logit.data }, strides[level]);
  checkFinite(out.flow, 'mask');
  const size = { height: flow.height * factor, width: flow.width * factor };
  const found = {
    flow: { channels: 2, ...size, data: out.flow },
    occlusion: { channels: 1, ...size, data: out.extra },
  };
  return { found, outputs };
}
