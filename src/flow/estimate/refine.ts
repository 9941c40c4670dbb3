import { prepareRefinement } from '../../../kernels/refine/index.ts';
import type { RefineInput, RefineParameters } from '../../../kernels/refine/index.ts';
import { enlargeFlow, resizePlanes } from '../../../kernels/resample/index.ts';
import type { FeatureMap } from '../../../kernels/types.ts';
import {
  checkAborted,
  checkFlow,
  checkGrid,
  checkInteger,
  checkOptions,
  checkSameSize,
  checkSignal,
  expected,
  knownPixels,
  luma,
} from '../../core/index.ts';
import type { FlowField, Image, OptionNames, ScalarField } from '../../core/index.ts';
import type { ModelInput } from '../../runtime/index.ts';
import { resizeKnownFlow, cropPlanes } from '../field/index.ts';
import { matchExposure } from './exposure.ts';
import { prepareFrame } from './estimate-frame.ts';

import { createKernelCache } from '../network/index.ts';
import { betterInTiles, levelSize, planLevel, tileSide } from '../tiles/index.ts';
import type { TileOption, TileOptions, Tiling } from '../tiles/index.ts';

import type { PreparedFrame } from '../types.ts';
import type { Size } from '../../core/index.ts';

/** The weights and iterations of one or more levels. */
export interface RefineLevelSettings extends Omit<RefineParameters, 'span'> {
  /**
   * 3 for what the images show in colour, which is the default, or 1 for their brightness alone: a third of the work on
   * the constraints. Colours count three times, so `alpha` for 1 is that for 3 divided by the root of 3.
   */
  readonly channels?: 1 | 3;
}

/** How flow is refined; the settings hold for each of the levels that does not say otherwise. */
export interface RefineOptions extends RefineLevelSettings {
  /**
   * The factors that images and flow are shrunk by, one refinement after the other; defaults to `[4, 2, 1]`.
   * Coarse levels mend errors of several pixels; `[1]` alone mends those of about one. A level costs a quarter of one
   * half its factor, so coarse ones are worth more effort: `[{ factor: 4, warps: 4 }, { factor: 2, warps: 3 },
   * { factor: 1, warps: 1 }]` costs less than the default and is better at large motion.
   */
  readonly levels?: readonly (number | RefineLevelOptions)[];
}

/** One level of a refinement, with settings of its own. */
export interface RefineLevelOptions extends RefineLevelSettings {
  /** What images and flow are shrunk by, 1 to 64. */
  readonly factor: number;
}

/** Options of `refineFlow`. */
export interface RefineFlowOptions extends RefineOptions {
  /** How much the images are trusted at each pixel of A, 0 to 1; 0 where B does not show it. All 1 if absent. */
  readonly confidence?: ScalarField;
  /**
   * Longest side, in pixels, of what is refined at once (128 or more); larger levels are done in overlapping tiles.
   * `auto` (the default) tiles images of more than 4 megapixels, 0 or false none.
   */
  readonly tile?: TileOption;
  /** Ends the work between two levels or tiles: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

const LEVEL_SETTINGS: OptionNames<RefineLevelSettings> = {
  channels: true,
  alpha: true,
  edges: true,
  delta: true,
  gamma: true,
  epsilon: true,
  omega: true,
  warps: true,
  iterations: true,
  sweeps: true,
  sigma: true,
};

const LEVEL_OPTIONS: OptionNames<RefineLevelOptions> = { ...LEVEL_SETTINGS, factor: true };

const REFINE_OPTIONS: OptionNames<RefineOptions> = { ...LEVEL_SETTINGS, levels: true };

const OPTIONS: OptionNames<RefineFlowOptions> = {
  ...REFINE_OPTIONS,
  confidence: true,
  tile: true,
  signal: true,
};

const LEVELS = [4, 2, 1];

/** Pixels of a single pair below which threads take longer to start than they save. */
const WORTH_THREADS = 2 ** 20;

/**
 * Refines flow by lowering the energy of Brox et al. 2004: constant brightness and gradients along the flow,
 * smoothness of the flow, both robust (the whole definition: `refineReference` in `whither/kernels`). From coarse
 * to fine, each level adds what it has found to the flow that it was given.
 *
 * Unknown flow stays unknown; meanwhile it counts as the mean of the known, without trust in the images there.
 *
 * @returns a new flow field
 * @throws ShapeError where sizes differ
 * @throws BackendError where the JavaScript engine has no WebAssembly SIMD
 * @example
 * import { estimateFlow, loadFlowModel } from 'whither';
 * import { refineFlow } from 'whither/flow';
 *
 * await using model = await loadFlowModel();
 * const { flow } = await estimateFlow(model, imageA, imageB, { preset: 'fast' });
 * const finer = await refineFlow(flow, imageA, imageB, { levels: [2, 1] });
 */
export async function refineFlow(
  flow: FlowField,
  imageA: Image,
  imageB: Image,
  options: RefineFlowOptions = {},
): Promise<FlowField> {
  checkOptions(options, OPTIONS, 'refineFlow');
  checkFlow(flow, 'flow');
  checkGrid(imageA, 3, 'imageA');
  checkGrid(imageB, 3, 'imageB');
  checkSameSize(flow, 'flow', imageA, 'imageA');
  checkSameSize(flow, 'flow', imageB, 'imageB');
  const { confidence, tile = 'auto', signal, ...settings } = options;
  checkSignal(signal);
  const side = tileSide(tile, imageA);
  const tiling = side ? { side, step: () => checkAborted(signal) } : undefined;
  if (confidence) {
    checkGrid(confidence, 1, 'confidence');
    checkSameSize(flow, 'flow', confidence, 'confidence');
  }
  const frame = (image: Image) => prepareFrame(image, EIGHT_BITS);
  const known = knownPixels(flow);
  const complete = !known.includes(0);
  const start = complete ? flow : fillUnknown(flow, known);
  const trust = complete ? confidence : trustKnown(flow, known, confidence?.data);
  const refiner = createRefiner(imageA.width * imageA.height < WORTH_THREADS ? 1 : undefined);
  const [frameA, frameB] = matchExposure(frame(imageA), frame(imageB), EIGHT_BITS);
  const refined = await refiner
    .refine(start, frameA, frameB, 255, { settings, trust, tiling, signal })
    .finally(() => refiner.dispose());
  return complete ? refined : { ...refined, valid: known };
}

const EIGHT_BITS: ModelInput = {
  layout: 'NCHW',
  channels: 'RGB',
  range: [0, 255],
  multipleOf: 1,
  fit: 'pad',
};

function fillUnknown({ width, height, data }: FlowField, known: Uint8Array): FlowField {
  let [count, sumU, sumV] = [0, 0, 0];
  for (let i = 0; i < known.length; i++)
    if (known[i]) {
      count++;
      sumU += data[i * 2];
      sumV += data[i * 2 + 1];
    }
  const filled = data.slice();
  for (let i = 0; i < known.length; i++)
    if (!known[i]) {
      filled[i * 2] = count ? sumU / count : 0;
      filled[i * 2 + 1] = count ? sumV / count : 0;
    }
  return { width, height, data: filled };
}

const trustKnown = (
  { width, height }: Size,
  known: Uint8Array,
  confidence: Float32Array | undefined,
): ScalarField => ({
  width,
  height,
  data: Float32Array.from(known, (is, i) => (is ? (confidence?.[i] ?? 1) : 0)),
});

/** How a {@link Refiner} refines a pair. */
interface RefinerOptions {
  readonly settings?: RefineOptions;
  /** How much the images are trusted, 0 to 1, on a grid of any size. */
  readonly trust?: ScalarField;
  /** Larger levels than it allows are refined window by window. */
  readonly tiling?: Tiling;
  /** Ends the work between two levels. */
  readonly signal?: AbortSignal;
}

/** Refines pair after pair; it keeps the memory that the work needs for the sizes seen last. */
export interface Refiner {
  /**
   * @param flow all of it known, on a grid of any size and in its pixels
   * @returns flow on the grid of the frames
   * @param span white less black in the planes of the frames
   */
  refine(
    flow: FlowField,
    frameA: PreparedFrame,
    frameB: PreparedFrame,
    span: number,
    options?: RefinerOptions,
  ): Promise<FlowField>;
  /** Ends its threads; what is refined afterwards starts others. */
  dispose(): Promise<void>;
}

/** @param threads to share the work of each level; by default as many as pay where many pairs are of one size */
export function createRefiner(threads?: number): Refiner {
  const prepared = createKernelCache(({ channels, width, height }) =>
    prepareRefinement({ channels, width, height }, { threads }),
  );
  return {
    async refine(flow, frameA, frameB, span, { settings = {}, trust, tiling, signal } = {}) {
      let progress: Progress = { flow };
      for (const { factor, channels, ...parameters } of planLevels(settings)) {
        await checkAborted(signal);
        const run = async (input: RefineInput): Promise<Float32Array> => {
          const seen =
            channels === 1 ? { ...input, a: brightnessOf(input.a), b: brightnessOf(input.b) } : input;
          return (await prepared.get(seen.a)).run(seen, { ...parameters, span });
        };
        const size = levelSize(frameA.image, factor);
        const confidence = trust && resizePlanes({ channels: 1, ...trust }, size.width, size.height);
        progress = await addLevel(progress, size, (start) =>
          refineLevel({ frameA, frameB, factor, start, confidence }, run, tiling),
        );
      }
      const refined = addChange(resizeKnownFlow(progress.flow, frameA.image), progress.change);
      return refined === flow ? { ...flow, data: flow.data.slice() } : refined;
    },
    dispose: () => prepared.dispose(),
  };
}

/** The flow on the finest grid so far, and what a coarser level has found since, on its own grid. */
interface Progress {
  readonly flow: FlowField;
  readonly change?: FlowField;
}

/**
 * Refines on one more grid. What a coarse level changes goes on to the next level as a change, on the coarse grid: it
 * meets the full flow once, at the end, and fine detail that a coarse grid cannot hold is never lost.
 */
async function addLevel(
  { flow, change }: Progress,
  size: Size,
  refine: (start: FlowField) => Promise<Float32Array>,
): Promise<Progress> {
  const before = resizeKnownFlow(flow, size);
  const data = await refine(addChange(before, change));
  const refined = { width: size.width, height: size.height, data };
  if (size.width >= flow.width && size.height >= flow.height) return { flow: refined };
  for (let i = 0; i < data.length; i++) data[i] -= before.data[i];
  return { flow, change: refined };
}

/** The flow and, on top, the change, brought to its grid; a new flow where there is a change. */
function addChange(flow: FlowField, change: FlowField | undefined): FlowField {
  if (!change) return flow;
  const { width, height } = flow;
  if (width < change.width || height < change.height) return addChange(flow, resizeKnownFlow(change, flow));
  const data = flow.data.slice();
  const factors = [width / change.width, height / change.height] as const;
  enlargeFlow(change, flow, { factors, onto: true }, data);
  return { width, height, data };
}

/** What is refined on one level; start and confidence are of its size. */
interface RefineLevel {
  readonly frameA: PreparedFrame;
  readonly frameB: PreparedFrame;
  readonly factor: number;
  readonly start: FlowField;
  readonly confidence?: FeatureMap;
}

/** What is smoothed hardly reaches farther: in windows of 512 the flow of six pairs differs from that of the whole by at most 0.003 px in the mean. */
export const REFINE_TILES: TileOptions = { overlap: 64 };

/** At once, or window by window. */
async function refineLevel(
  { frameA, frameB, factor, start, confidence }: RefineLevel,
  run: (input: RefineInput) => Promise<Float32Array>,
  tiling: Tiling | undefined,
): Promise<Float32Array> {
  const plan = planLevel(start, tiling, REFINE_TILES);
  if (!plan) {
    const [a, b] = [frameA.level(factor).planes, frameB.level(factor).planes];
    const data = await run({ a, b, flow: start.data, confidence: confidence?.data });
    await tiling?.step();
    return data;
  }
  const { flow } = await betterInTiles(frameA, frameB, factor, start, plan, async (pair) => {
    const trust = confidence && cropPlanes(confidence, pair.window).data;
    const data = await run({ a: pair.a, b: pair.b, flow: pair.flow.data, confidence: trust });
    await tiling!.step();
    return { data };
  });
  return flow.data;
}

/** The factors of the levels, checked; those of a refinement of which nothing is said for `true`. */
export const refineLevels = (options: true | { readonly levels?: unknown }): readonly number[] =>
  planLevels(options === true ? {} : (options as RefineOptions)).map(({ factor }) => factor);

/** Every level with all that is said of it. */
function planLevels(options: RefineOptions): readonly RefineLevelOptions[] {
  const { levels = LEVELS, ...shared } = checkOptions(options, REFINE_OPTIONS, 'refine');
  if (!Array.isArray(levels)) throw expected('a list of shrink factors such as [4, 2, 1]', 'levels', levels);
  return levels.map((level: unknown, i) => {
    if (typeof level !== 'object' || level === null)
      return checkChannels({ ...shared, factor: checkInteger(level, `levels[${i}]`, 1, 64) });
    const { factor, ...own } = checkOptions(level as RefineLevelOptions, LEVEL_OPTIONS, `levels[${i}]`);
    return checkChannels({
      ...shared,
      ...own,
      factor: checkInteger(factor, `levels[${i}].factor`, 1, 64),
    });
  });
}

function checkChannels(level: RefineLevelOptions): RefineLevelOptions {
  const { channels = 3 } = level;
  if (channels !== 1 && channels !== 3) throw expected('1 or 3', 'channels', channels);
  return level;
}

/** The brightness of three planes, by ITU-R BT.601. */
function brightnessOf({ width, height, data }: FeatureMap): FeatureMap {
  const count = width * height;
  const out = new Float32Array(count);
  for (let i = 0; i < count; i++) out[i] = luma(data[i], data[count + i], data[2 * count + i]);
  return { channels: 1, width, height, data: out };
}
