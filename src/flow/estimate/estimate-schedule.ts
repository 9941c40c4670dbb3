import { enlargeFlow, resizePlanes } from '../../../kernels/resample/index.ts';
import { warpBackward, warpWindow } from '../../../kernels/warp/index.ts';
import type { FeatureMap } from '../../../kernels/types.ts';
import { checkAborted } from '../../core/index.ts';
import type { FlowField, ScalarField, Size } from '../../core/index.ts';
import type {
  FlowBackend,
  FlowModel,
  NetworkEstimate,
  NetworkOptions,
  PyramidState,
  WindowNetwork,
} from '../network/index.ts';
import { START_OUTPUTS, cropState } from '../network/index.ts';
import { resizeKnownFlow, cropFlowData, interleave, reachOf, toPlanes } from '../field/index.ts';
import { prepareInput } from '../adapt/index.ts';
import { createLevel } from './estimate-frame.ts';

import { Mosaic, betterInTiles, blendTiles, levelSize, planLevel } from '../tiles/index.ts';
import type { TilePair, TilePlan, Tiling } from '../tiles/index.ts';
import type { Window } from '../field/index.ts';
import type { Level, Maps, NetworkInput, PreparedFrame } from '../types.ts';

/** The flow so far, and what computed the last of it. */
export interface Found {
  /** On the grid of the pass that found it, in its pixels. */
  readonly flow: FlowField;
  /** How probable it is that B does not show a pixel, 0 to 1, where the network tells it. */
  readonly occlusion?: ScalarField;
  readonly backend: FlowBackend;
}

/** What is run on a pair. */
export interface Passes {
  readonly schedule: readonly number[];
  /** Steps of the decoder at each level of a pyramid. */
  readonly iterations?: readonly number[];
  /** Flow to start from: that of the pair before, in a video. */
  readonly initial?: FlowField;
  /** Ends the work between two passes, tiles or steps. */
  readonly signal?: AbortSignal;
}

/**
 * Flow from A to B, coarse to fine: each pass shrinks both images by its factor. A pyramid starts each pass from the flow
 * found so far. For other networks a pass carries B back by that flow and adds what the network still sees between A and
 * the carried B (the residual flow of Ranjan and Black 2017, section 3.1). The networks are trained so.
 *
 * @param tiling passes over more pixels than it allows are done window by window; the first must fit
 * @returns flow on the grid of the last pass and in its pixels, and what computed it
 */
export async function runSchedule(
  model: FlowModel,
  frameA: PreparedFrame,
  frameB: PreparedFrame,
  passes: Passes,
  tiling?: Tiling,
): Promise<Found> {
  let found: Found | undefined;
  const { signal } = passes;
  for (const [index, factor] of passes.schedule.entries()) {
    await checkAborted(signal);
    const iterations = iterationsOf(model, passes, index);
    const { width, height } = levelSize(frameA.image, factor);
    const before: FlowField | undefined = found && resizeKnownFlow(found.flow, { width, height });
    const plan = planLevel({ width, height }, tiling, { align: model.manifest.input.multipleOf });
    if (before && plan) {
      const inTiles = model.manifest.pyramid ? runPassInTiles : addPassInTiles;
      const pass = { model, frameA, frameB, factor, before, plan, tiling: tiling!, iterations, signal };
      found = { ...found, ...(await inTiles(pass)) };
      continue;
    }
    const first = passes.initial && resizeKnownFlow(passes.initial, { width, height });
    const [a, b] = [frameA.level(factor), frameB.level(factor)];
    found =
      before && !model.manifest.pyramid
        ? await addPass(model, a, b, before)
        : await runPass(model, a, b, { iterations, signal }, before ?? first);
    await tiling?.step();
  }
  return found!;
}

/**
 * A pyramid's steps at each level of a pass. A pass before the last leaves out its finest level: its flow, then told at
 * twice the pass's pixels, is still finer than the cells of 16 pixels that the next pass starts from.
 */
function iterationsOf(
  { manifest }: FlowModel,
  { schedule, iterations = manifest.iterations }: Passes,
  pass: number,
): readonly number[] | undefined {
  const last = pass === schedule.length - 1;
  return last || !iterations || iterations.length < 2 ? iterations : iterations.slice(0, -1);
}

/** A pass over the whole, from `initial` on where there is one. */
async function runPass(
  model: FlowModel,
  a: Level,
  b: Level,
  options: Pick<NetworkOptions, 'iterations' | 'signal'>,
  initial: FlowField | undefined,
): Promise<Found> {
  const estimate = await model.network.estimate(a.input, b.input, {
    ...options,
    initial: initial && toPlanes(initial),
  });
  return foundBy(estimate, a, flowOf(estimate.flow, strideOf(estimate.flow, a.input), a.planes));
}

/** A pass over the whole that sees B carried back by the flow before, and adds to it, in place. */
async function addPass(model: FlowModel, a: Level, b: Level, before: FlowField): Promise<Found> {
  const estimate = await model.network.estimate(a.input, carryBack(b, before, model));
  addResidual(before, estimate.flow, strideOf(estimate.flow, a.input));
  return foundBy(estimate, a, before);
}

/** The flow of a pass, and what else it saw. */
function foundBy({ occlusion, backend }: NetworkEstimate, a: Level, flow: FlowField): Found {
  return {
    flow,
    ...(occlusion && {
      occlusion: cropScalar(occlusion, strideOf(occlusion, a.input), flow.width, flow.height),
    }),
    backend,
  };
}

/** Pixels of the frame to a cell of what came out of the network. */
const strideOf = (result: FeatureMap, { planes, place }: NetworkInput): number =>
  place ? 1 : planes.width / result.width;

/** One plane, on a grid of its own, without the cells that are padding alone. */
function cropScalar(
  { width: columns, data }: FeatureMap,
  stride: number,
  fullWidth: number,
  fullHeight: number,
): ScalarField {
  const [width, height] = [Math.ceil(fullWidth / stride), Math.ceil(fullHeight / stride)];
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++) out.set(data.subarray(y * columns, y * columns + width), y * width);
  return { width, height, data: out };
}

/** A pass that is done window by window. */
interface TiledPass {
  readonly model: FlowModel;
  readonly frameA: PreparedFrame;
  readonly frameB: PreparedFrame;
  readonly factor: number;
  /** The flow so far, on the grid of the pass; it is changed. */
  readonly before: FlowField;
  readonly plan: TilePlan;
  readonly tiling: Tiling;
  readonly iterations: readonly number[] | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * `runPass` from `before` on, of which the coarsest level sees the whole, put together from encodings of windows, and the
 * others one window after the other. Each window of A meets a window of B on the same grid of cells, so that what the
 * network sees of both is what it sees in the whole.
 */
async function runPassInTiles(pass: TiledPass): Promise<Found> {
  const { model, frameA, frameB, factor, before, plan, tiling, iterations, signal } = pass;
  const { input } = model.manifest;
  const network = model.network.inWindows!;
  const state = await beginInTiles(pass, network);
  const stride = model.manifest.pyramid!.strides[state.level];
  // What the coarsest level has found takes the place of the flow before: both would take a lot of memory.
  writeFlowOf(pixelsOf(state.flow, stride), stride, before);
  let backend: FlowBackend = 'onnxruntime';
  const better = async ({ a, b, window, shift }: TilePair) => {
    const [tileA, tileB] = [createLevel(a, input), createLevel(b, input)];
    const { height: rows, width: columns } = tileA.input.planes;
    const cells = {
      left: window.left / stride,
      top: window.top / stride,
      width: columns / stride,
      height: rows / stride,
    };
    const own = cropState(state, cells, [shift[0] / stride, shift[1] / stride]);
    const estimate = await network.resume(tileA.input, tileB.input, own, { iterations, signal });
    backend = estimate.backend;
    const { width, height } = window;
    await tiling.step();
    const { data } = flowOf(estimate.flow, strideOf(estimate.flow, tileA.input), window);
    const { occlusion } = foundBy(estimate, tileA, { width, height, data });
    return { data, occlusion: resizePlanes({ channels: 1, ...occlusion! }, width, height).data };
  };
  const found = await betterInTiles(frameA, frameB, factor, before, plan, better, input.multipleOf);
  return { ...found, backend };
}

/** The coarsest level of a pass, of the whole. */
async function beginInTiles(
  { model, frameA, frameB, factor, before, plan, tiling, iterations, signal }: TiledPass,
  network: WindowNetwork,
): Promise<PyramidState> {
  const { stride } = network;
  const encode = async (frame: PreparedFrame, outputs: readonly string[]): Promise<Maps> => {
    const mosaic = new Mosaic(plan, stride);
    for (const window of plan.windows) {
      const { planes } = prepareInput(frame.crop(factor, window), model.manifest.input);
      const encoding = await network.encode(planes);
      mosaic.add(window, Object.fromEntries(outputs.map((name) => [name, encoding[name]])));
      await tiling.step();
    }
    return mosaic.maps;
  };
  const a = await encode(frameA, START_OUTPUTS);
  const b = await encode(frameB, START_OUTPUTS.slice(0, 1));
  return network.begin(a, b, { iterations, initial: toPlanes(before), signal });
}

/** u and v of cells in pixels. */
const pixelsOf = (cells: FeatureMap, stride: number): FeatureMap => ({
  ...cells,
  data: cells.data.map((value) => value * stride),
});

/** `addPass`, but the network sees one window after the other. */
async function addPassInTiles(pass: TiledPass): Promise<Found> {
  const { model, frameA, frameB, factor, before, plan, tiling } = pass;
  const { input } = model.manifest;
  let backend: FlowBackend = 'onnxruntime';
  const { flow } = await blendTiles(before, plan, async (window) => {
    const data = cropFlowData(before, window);
    const a = prepareInput(frameA.crop(factor, window), input);
    const b = prepareInput(warpTile(frameB, factor, data, window, plan), input);
    const residual = await model.network.estimate(a, b);
    backend = residual.backend;
    addResidual(
      { width: window.width, height: window.height, data },
      residual.flow,
      strideOf(residual.flow, a),
    );
    await tiling.step();
    return { data };
  });
  return { flow, backend };
}

/** B as a window of A sees it; of B's planes no more is made than the flow leads to. */
function warpTile(
  frameB: PreparedFrame,
  factor: number,
  flow: Float32Array,
  window: Window,
  plan: TilePlan,
): FeatureMap {
  const reach = reachOf(flow, window, plan);
  const place = { ...window, left: window.left - reach.left, top: window.top - reach.top };
  return warpWindow(frameB.crop(factor, reach), flow, place);
}

/** B as seen where the flow points, 0 (mid-grey) where that is outside of it. */
function carryBack(b: Level, flow: FlowField, model: FlowModel): NetworkInput {
  return prepareInput(warpBackward(b.planes, flow.data), model.manifest.input);
}

/** What a network sees as a flow of `size`, see {@link addResidual}. */
function flowOf(seen: FeatureMap, stride: number, { width, height }: Size): FlowField {
  const flow = { width, height, data: new Float32Array(width * height * 2) };
  writeFlowOf(seen, stride, flow);
  return flow;
}

/** Writes what a network sees to a flow, in the place of what is there. */
function writeFlowOf(seen: FeatureMap, stride: number, flow: FlowField): void {
  if (stride > 1) enlargeFlow(coarseFlow(seen), flow, { full: fullSize(seen, stride) }, flow.data);
  else flow.data.set(cropFlowData(coarseFlow(seen), { left: 0, top: 0, ...flow }));
}

/**
 * Adds what a network sees to `flow`, in place: brought from 1 / `stride` to the size of the network's input,
 * bilinearly with the edge repeated, and cropped to the flow's.
 *
 * @param residual u and v in pixels of the network's input
 */
export function addResidual(flow: FlowField, residual: FeatureMap, stride: number): void {
  const full = fullSize(residual, stride);
  if (stride > 1) enlargeFlow(coarseFlow(residual), flow, { full, onto: true }, flow.data);
  else addPlanes(flow, residual);
}

const coarseFlow = (seen: FeatureMap) => ({ width: seen.width, height: seen.height, data: interleave(seen) });

const fullSize = ({ width, height }: Size, stride: number): Size => ({
  width: width * stride,
  height: height * stride,
});

/** As many rows and columns of the planes of u and v as the flow has. */
function addPlanes({ width, height, data }: FlowField, planes: FeatureMap): void {
  const cells = planes.height * planes.width;
  const [u, v] = [planes.data.subarray(0, cells), planes.data.subarray(cells)];
  for (let y = 0, o = 0; y < height; y++)
    for (let i = y * planes.width, end = i + width; i < end; i++, o += 2) {
      data[o] += u[i];
      data[o + 1] += v[i];
    }
}
