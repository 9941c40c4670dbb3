import {
  ModelError,
  ShapeError,
  checkAborted,
  checkFlow,
  checkImage,
  checkInteger,
  checkOneOf,
  checkOptions,
  checkSignal,
  expected,
} from '../../core/index.ts';
import type { FlowField, Image, Mask, OptionNames, ScalarField } from '../../core/index.ts';
import { FLOW_PRESETS } from '../../runtime/index.ts';
import type { FlowManifest, FlowPlan, FlowPresetName } from '../../runtime/index.ts';
import { resizePlanes } from '../../../kernels/resample/index.ts';
import { resizeKnownFlow, checkForwardBackward } from '../field/index.ts';
import { matchExposure } from './exposure.ts';
import { checkFlowModel } from '../network/index.ts';
import type { FlowBackend, FlowModel } from '../network/index.ts';
import { prepareFrame } from './estimate-frame.ts';

import { runSchedule } from './estimate-schedule.ts';
import type { Found, Passes } from './estimate-schedule.ts';
import { REFINE_TILES, createRefiner, refineLevels } from './refine.ts';
import type { RefineOptions, Refiner } from './refine.ts';
import { levelSize, planLevel, seeWhole, tileSide } from '../tiles/index.ts';
import type { TileOption, TileOptions, Tiling } from '../tiles/index.ts';

import type { PreparedFrame } from '../types.ts';
import type { Size } from '../../core/index.ts';

/** Options of `estimateFlow`. */
export interface EstimateOptions {
  /**
   * The trade between speed and accuracy, of those that the model has: `fast`, `balanced` or `accurate`;
   * defaults to its own. The options below change single settings of it.
   */
  readonly preset?: FlowPresetName;
  /**
   * Coarse-to-fine passes, each the factor that both images are shrunk by, such as `[4, 2, 1]`;
   * defaults to the model's own. Fewer passes are faster, a larger first factor finds larger motion.
   */
  readonly schedule?: readonly number[];
  /**
   * Steps of the decoder at each level of a pyramid network, coarse to fine, such as `[2, 2, 1]`; fewer numbers than
   * levels leave the finest out, and so does each pass before the last.
   */
  readonly iterations?: readonly number[];
  /**
   * Flow to start from where nothing better is seen, on a grid of any size, in its pixels; a pyramid network alone
   * uses it. In a sequence that is the first pair alone. Maps of more than 16 cells to a side are then matched window by
   * window about it: in images of more than 1024 pixels to a side, with a first pass at a quarter of the size, motion that
   * differs from it by more than 256 pixels may be missed.
   */
  readonly initial?: FlowField;
  /** Also estimate from B to A, and compare the two directions. */
  readonly both?: boolean;
  /** Refine the network's flow on the images, see `refineFlow`; defaults to what the model's `model.json` says. */
  readonly refine?: boolean | RefineOptions;
  /**
   * Longest side, in pixels, of what the network and the refinement work on at once, 128 or more: larger levels are
   * done in overlapping tiles, blended without seams, in bounded memory. The first pass always sees the whole image;
   * where none of the schedule is coarse enough, coarser ones are put before it. `auto` (the default) tiles images of
   * more than 4 megapixels by 1024, 0 or false none.
   */
  readonly tile?: TileOption;
  /** Called after each part of an estimate in tiles: how many are done, of how many. What it throws ends the estimate. */
  readonly onTile?: (done: number, total: number) => void;
  /**
   * Ends the estimate between two passes, tiles or steps of the decoder, or at once while it waits for others on the model:
   * the promise is rejected with the signal's reason.
   * The model goes on with its other estimates.
   */
  readonly signal?: AbortSignal;
}

export const ESTIMATE_OPTIONS: OptionNames<EstimateOptions> = {
  preset: true,
  schedule: true,
  iterations: true,
  initial: true,
  both: true,
  refine: true,
  tile: true,
  onTile: true,
  signal: true,
};

/** Flow and how it came about. */
export interface FlowEstimate {
  /** From A to B on A's grid, in pixels. */
  readonly flow: FlowField;
  /** What computed the correlation layer. */
  readonly backend: FlowBackend;
  /** Longest side of the tiles, in pixels; absent where all was done at once. */
  readonly tile?: number;
  /** Time of the estimate alone, without the time that it waited for others on the same model. */
  readonly milliseconds: number;
  /** From B to A on B's grid, in pixels; with `both`. */
  readonly backward?: FlowField;
  /**
   * 1 where A's pixel has no counterpart in B: judged by the two directions with `both`, else by the network where it
   * tells.
   */
  readonly occluded?: Mask;
  /** How sure the flow is, 0 to 1: how well the two directions agree with `both`, else what the network tells. */
  readonly confidence?: ScalarField;
}

/**
 * Estimates the flow between two images of one size, which may be any, down to 1 x 1. Where one is much darker than the
 * other, or of much less contrast, it is first brought to the brightness of the other.
 *
 * Estimates on one model take turns, in the order they were asked for.
 *
 * @throws ShapeError where the sizes differ; the reason of `signal` once that is aborted
 * @example
 * import { estimateFlow, loadFlowModel } from 'whither';
 *
 * await using model = await loadFlowModel();
 * const { flow, confidence } = await estimateFlow(model, imageA, imageB, { preset: 'balanced', both: true });
 * console.log(`(0, 0) of A lies at (${flow.data[0]}, ${flow.data[1]}) in B, confidence ${confidence!.data[0]}`);
 */
export async function estimateFlow(
  model: FlowModel,
  imageA: Image,
  imageB: Image,
  options: EstimateOptions = {},
): Promise<FlowEstimate> {
  checkOptions(options, ESTIMATE_OPTIONS, 'estimateFlow');
  const { input } = checkFlowModel(model).manifest;
  return estimatePair(
    model,
    prepareFrame(checkImage(imageA, 'imageA'), input),
    prepareFrame(checkImage(imageB, 'imageB'), input),
    options,
  );
}

/** As `estimateFlow`, on frames that may hold work done for another pair. */
export async function estimatePair(
  model: FlowModel,
  givenA: PreparedFrame,
  givenB: PreparedFrame,
  options: EstimateOptions,
): Promise<FlowEstimate> {
  checkSizes(givenA.image, givenB.image);
  const work = planEstimate(model, givenA.image, options);
  const { both = false, signal } = options;
  return model.inTurn(() => runEstimate(model, givenA, givenB, work, both), signal);
}

async function runEstimate(
  model: FlowModel,
  givenA: PreparedFrame,
  givenB: PreparedFrame,
  work: Work,
  both: boolean,
): Promise<FlowEstimate> {
  await checkAborted(work.signal);
  const start = performance.now();
  const [frameA, frameB] = matchExposure(givenA, givenB, model.manifest.input);
  const { flow, occlusion, backend } = await estimateOneWay(model, frameA, frameB, work);
  const tile = work.tiling && { tile: work.tiling.side };
  if (!both) {
    const estimate = { flow, backend, ...tile, milliseconds: performance.now() - start };
    return occlusion ? addVerdict(estimate, occlusion) : estimate;
  }
  const { flow: backward } = await estimateOneWay(model, frameB, frameA, { ...work, initial: undefined });
  const { occluded, confidence } = checkForwardBackward(flow, backward);
  const milliseconds = performance.now() - start;
  return { flow, backend, ...tile, milliseconds, backward, occluded, confidence };
}

/** What the network tells of occlusion, on a grid of its own, of the estimates whose confidence is worked out from it. */
const verdicts = new WeakMap<FlowEstimate, ScalarField>();

/** An estimate as plain data; its confidence and its mask are not worked out if they need not be. */
export interface EstimateParts extends FlowEstimate {
  readonly occlusion?: ScalarField;
}

/** The parts of an estimate, for another thread. */
export function estimateParts(estimate: FlowEstimate): EstimateParts {
  const { flow, backend, tile, milliseconds } = estimate;
  const parts = { flow, backend, ...(tile && { tile }), milliseconds };
  const occlusion = verdicts.get(estimate);
  if (occlusion) return { ...parts, occlusion };
  const { backward, occluded, confidence } = estimate;
  return backward ? Object.assign(parts, { backward, occluded, confidence }) : parts;
}

/** The estimate again. */
export const joinEstimate = ({ occlusion, ...estimate }: EstimateParts): FlowEstimate =>
  occlusion ? addVerdict(estimate, occlusion) : estimate;

/** Adds the confidence and the occlusion that the network itself tells, which are worked out where somebody asks. */
function addVerdict(estimate: FlowEstimate, occlusion: ScalarField): FlowEstimate {
  const { width, height } = estimate.flow;
  let known: ScalarField | undefined;
  const confidence = (): ScalarField => (known ??= showing(occlusion, { width, height }));
  let mask: Mask | undefined;
  const occluded = (): Mask => (mask ??= { width, height, data: unlikely(confidence().data) });
  verdicts.set(estimate, occlusion);
  return Object.defineProperties(estimate, {
    confidence: { enumerable: true, get: confidence },
    occluded: { enumerable: true, get: occluded },
  });
}

/** How probable it is that B shows a pixel, on a grid of any size. */
function showing(occlusion: ScalarField, { width, height }: Size): ScalarField {
  const seen = { channels: 1, ...invert(occlusion) };
  return { width, height, data: resizePlanes(seen, width, height).data };
}

/** One less each probability. */
function invert({ width, height, data }: ScalarField): ScalarField {
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) out[i] = 1 - data[i];
  return { width, height, data: out };
}

/** 1 where a probability is below one half. */
function unlikely(data: Float32Array): Uint8Array {
  const out = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) if (data[i] < 0.5) out[i] = 1;
  return out;
}

/** How a direction is estimated, with all that was left open filled in. */
interface Work extends Passes {
  readonly refine: EstimateOptions['refine'];
  readonly tiling?: Tiling;
}

function planEstimate({ manifest }: FlowModel, image: Image, options: EstimateOptions): Work {
  const plan = choosePlan(manifest, options.preset);
  const given = checkSchedule(options.schedule ?? plan.schedule);
  const refine = options.refine ?? plan.refine;
  const { initial, signal } = options;
  checkSignal(signal);
  if (initial) checkFlow(initial, 'initial');
  const iterations = checkIterations(options.iterations ?? plan.iterations, manifest);
  const side = tileSide(options.tile ?? 'auto', image);
  const levels = refine ? refineLevels(refine) : [];
  if (!side) return { schedule: given, iterations, initial, refine, signal };
  const { multipleOf } = manifest.input;
  const schedule = seeWhole(given, image, { side }, multipleOf);
  const parts = (factor: number, tiles: TileOptions): number =>
    planLevel(levelSize(image, factor), { side }, tiles)?.windows.length ?? 1;
  // A pyramid encodes each window of A and of B first.
  const times = manifest.pyramid ? 3 : 1;
  const passes = schedule.reduce((total, factor) => {
    const count = parts(factor, { align: multipleOf });
    return total + (count > 1 ? times * count : 1);
  }, 0);
  const refining = levels.reduce((total, factor) => total + parts(factor, REFINE_TILES), 0);
  const total = (passes + refining) * (options.both ? 2 : 1);
  let done = 0;
  return {
    schedule,
    iterations,
    initial,
    refine,
    signal,
    tiling: {
      side,
      async step() {
        options.onTile?.(++done, total);
        await checkAborted(signal);
      },
    },
  };
}

function choosePlan(manifest: FlowManifest, preset: FlowPresetName | undefined): FlowPlan {
  if (preset === undefined) return manifest;
  checkOneOf(preset, 'preset', FLOW_PRESETS);
  const plan = manifest.presets?.[preset];
  if (plan) return plan;
  const names = Object.keys(manifest.presets ?? {});
  throw new ModelError(
    names.length
      ? `Expected a preset that ${manifest.name} has (${names.join(', ')}) but received ${preset}`
      : `Expected no preset for ${manifest.name}, which has none, but received ${preset}`,
  );
}

function checkIterations(
  iterations: readonly number[] | undefined,
  { name, pyramid }: FlowManifest,
): readonly number[] | undefined {
  if (!iterations) return undefined;
  const most = pyramid?.strides.length ?? 0;
  if (!Array.isArray(iterations) || !iterations.length || iterations.length > most)
    throw most
      ? expected(`a list of 1 to ${most} numbers such as [2, 2, 1]`, 'iterations', iterations)
      : new ModelError(`Expected no iterations for ${name}, which has no pyramid, but received some`);
  iterations.forEach((count, i) => checkInteger(count, `iterations[${i}]`, 1, 64));
  return iterations;
}

/** The memory that a model's flow is refined in; it goes when the model goes. */
const refiners = new WeakMap<FlowModel, Refiner>();

async function estimateOneWay(
  model: FlowModel,
  frameA: PreparedFrame,
  frameB: PreparedFrame,
  { refine, tiling, ...passes }: Work,
): Promise<Found> {
  const estimate = await runSchedule(model, frameA, frameB, passes, tiling);
  if (!refine) return { ...estimate, flow: resizeKnownFlow(estimate.flow, frameA.image) };
  // Of a large image the refinement's kernels take hundreds of megabytes, and so do the network's.
  if (tiling) await model.network.inWindows?.rest();
  const refiner = refiners.get(model) ?? createRefiner(model.threads);
  refiners.set(model, refiner);
  const [black, white] = model.manifest.input.range;
  const settings: RefineOptions = refine === true ? {} : refine;
  const span = white - black;
  // What B does not show has nothing to be compared with: smoothness alone decides there.
  const trust = estimate.occlusion && invert(estimate.occlusion);
  const flow = await refiner.refine(estimate.flow, frameA, frameB, span, {
    ...{ settings, trust, tiling },
    signal: passes.signal,
  });
  return { ...estimate, flow };
}

function checkSizes(imageA: Image, imageB: Image): void {
  if (imageA.width === imageB.width && imageA.height === imageB.height) return;
  throw new ShapeError(
    `Expected two images of one size but received ` +
      `${imageA.width} x ${imageA.height} and ${imageB.width} x ${imageB.height}`,
  );
}

function checkSchedule(schedule: readonly number[]): readonly number[] {
  if (!Array.isArray(schedule) || !schedule.length)
    throw expected('a list of shrink factors such as [2, 1]', 'schedule', schedule);
  schedule.forEach((factor, i) => checkInteger(factor, `schedule[${i}]`, 1, 64));
  return schedule;
}
