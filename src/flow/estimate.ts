import { ShapeError, checkInteger, expected } from '../core/errors.ts';
import type { FlowField, Image, Mask, ScalarField } from '../core/types.ts';
import { checkConsistency } from './consistency.ts';
import type { FlowModel } from './engine.ts';
import type { FlowBackend } from './engine-network.ts';
import { prepareFrame } from './estimate-frame.ts';
import type { PreparedFrame } from './estimate-frame.ts';
import { runSchedule } from './estimate-schedule.ts';
import { createRefiner, refineLevels } from './refine.ts';
import type { RefineOptions, Refiner } from './refine.ts';
import { levelSize, planLevel, seeWhole, tileSide } from './tiling.ts';
import type { TileOption, Tiling } from './tiling.ts';

export interface EstimateOptions {
  /**
   * Coarse-to-fine passes, each the factor that both images are shrunk by, such as `[4, 2, 1]`; the model's own
   * unless told. Fewer passes are faster, a larger first factor finds larger motion.
   */
  readonly schedule?: readonly number[];
  /** Also estimate from B to A, and compare the two directions. */
  readonly both?: boolean;
  /** Refine the network's flow on the images, see `refineFlow`; as the model's `model.json` says unless told. */
  readonly refine?: boolean | RefineOptions;
  /**
   * Longest side, in pixels, of what the network and the refinement work on at once, 128 or more: larger levels are
   * done in overlapping tiles, blended without seams, in bounded memory. The first pass always sees the whole image;
   * where none of the schedule is coarse enough, coarser ones are put before it. `auto` (the default) tiles images of
   * more than 4 megapixels by 1024, 0 or false none.
   */
  readonly tile?: TileOption;
  /** Called after each part of an estimate in tiles: how many are done, of how many. */
  readonly onTile?: (done: number, total: number) => void;
}

/** Flow and how it came about. */
export interface FlowEstimate {
  /** From A to B on A's grid, in pixels. */
  readonly flow: FlowField;
  /** What computed the correlation layer. */
  readonly backend: FlowBackend;
  /** Longest side of the tiles, in pixels; absent where all was done at once. */
  readonly tile?: number;
  /** Time of the estimate alone. */
  readonly milliseconds: number;
  /** From B to A on B's grid, in pixels; with `both`. */
  readonly backward?: FlowField;
  /** 1 where A's pixel has no counterpart in B, judged by the two directions; with `both`. */
  readonly occluded?: Mask;
  /** How well the two directions agree, 0 to 1; with `both`. */
  readonly confidence?: ScalarField;
}

/**
 * Estimates the flow between two images of one size, which may be any, down to 1 x 1.
 *
 * @throws ShapeError where the sizes differ
 */
export async function estimateFlow(
  model: FlowModel,
  imageA: Image,
  imageB: Image,
  options: EstimateOptions = {},
): Promise<FlowEstimate> {
  const { input } = model.manifest;
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
  frameA: PreparedFrame,
  frameB: PreparedFrame,
  options: EstimateOptions,
): Promise<FlowEstimate> {
  checkSizes(frameA.image, frameB.image);
  const work = planEstimate(model, frameA.image, options);
  const start = performance.now();
  const { flow, backend } = await estimateOneWay(model, frameA, frameB, work);
  const tile = work.tiling && { tile: work.tiling.side };
  if (!options.both) return { flow, backend, ...tile, milliseconds: performance.now() - start };
  const { flow: backward } = await estimateOneWay(model, frameB, frameA, work);
  const { occluded, confidence } = checkConsistency(flow, backward);
  const milliseconds = performance.now() - start;
  return { flow, backend, ...tile, milliseconds, backward, occluded, confidence };
}

/** How a direction is estimated, with all that was left open filled in. */
interface Work {
  readonly schedule: readonly number[];
  readonly refine: EstimateOptions['refine'];
  readonly tiling?: Tiling;
}

function planEstimate({ manifest }: FlowModel, image: Image, options: EstimateOptions): Work {
  const given = checkSchedule(options.schedule ?? manifest.schedule);
  const refine = options.refine ?? manifest.refine;
  const side = tileSide(options.tile ?? 'auto', image);
  if (!side) return { schedule: given, refine };
  const { multipleOf } = manifest.input;
  const schedule = seeWhole(given, image, { side }, multipleOf);
  const levels = refine ? refineLevels(refine) : [];
  const parts = (factor: number, align: number): number =>
    planLevel(levelSize(image, factor), { side }, align)?.windows.length ?? 1;
  const sum = (factors: readonly number[], align: number): number =>
    factors.reduce((total, factor) => total + parts(factor, align), 0);
  const total = (sum(schedule, multipleOf) + sum(levels, 1)) * (options.both ? 2 : 1);
  let done = 0;
  return { schedule, refine, tiling: { side, step: () => options.onTile?.(++done, total) } };
}

/** The memory that a model's flow is refined in; it goes when the model goes. */
const refiners = new WeakMap<FlowModel, Refiner>();

async function estimateOneWay(
  model: FlowModel,
  frameA: PreparedFrame,
  frameB: PreparedFrame,
  { schedule, refine, tiling }: Work,
): Promise<{ flow: FlowField; backend: FlowBackend }> {
  const estimate = await runSchedule(model, frameA, frameB, schedule, tiling);
  if (!refine) return estimate;
  const refiner = refiners.get(model) ?? createRefiner();
  refiners.set(model, refiner);
  const [black, white] = model.manifest.input.range;
  const options = refine === true ? {} : refine;
  const span = white - black;
  const flow = await refiner.refine(estimate.flow, frameA, frameB, span, options, undefined, tiling);
  return { ...estimate, flow };
}

/** Checks that a value is an image whose data fits its size. */
export function checkImage(image: Image, name: string): Image {
  if (!(image?.data instanceof Uint8Array))
    throw expected('an image with Uint8Array data', name, image, 'readImage gives one');
  checkInteger(image.width, `${name}.width`, 1);
  checkInteger(image.height, `${name}.height`, 1);
  const { width, height, data } = image;
  if (data.length !== width * height * 3)
    throw new ShapeError(
      `Expected ${width * height * 3} values for ${name}.data (${width} x ${height}, RGB) ` +
        `but received ${data.length}`,
    );
  return image;
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
