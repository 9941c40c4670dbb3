import { ShapeError, checkInteger, expected } from '../core/errors.ts';
import type { FlowField, Image, Mask, ScalarField } from '../core/types.ts';
import { checkConsistency } from './consistency.ts';
import type { FlowModel } from './engine.ts';
import type { FlowBackend } from './engine-network.ts';
import { prepareFrame } from './estimate-frame.ts';
import type { PreparedFrame } from './estimate-frame.ts';
import { runSchedule } from './estimate-schedule.ts';
import { createRefiner } from './refine.ts';
import type { RefineOptions, Refiner } from './refine.ts';

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
}

/** Flow and how it came about. */
export interface FlowEstimate {
  /** From A to B on A's grid, in pixels. */
  readonly flow: FlowField;
  /** What computed the correlation layer. */
  readonly backend: FlowBackend;
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
  const schedule = checkSchedule(options.schedule ?? model.manifest.schedule);
  const start = performance.now();
  const refine = options.refine ?? model.manifest.refine;
  const { flow, backend } = await estimateOneWay(model, frameA, frameB, schedule, refine);
  if (!options.both) return { flow, backend, milliseconds: performance.now() - start };
  const { flow: backward } = await estimateOneWay(model, frameB, frameA, schedule, refine);
  const { occluded, confidence } = checkConsistency(flow, backward);
  return { flow, backend, milliseconds: performance.now() - start, backward, occluded, confidence };
}

/** The memory that a model's flow is refined in; it goes when the model goes. */
const refiners = new WeakMap<FlowModel, Refiner>();

async function estimateOneWay(
  model: FlowModel,
  frameA: PreparedFrame,
  frameB: PreparedFrame,
  schedule: readonly number[],
  refine: EstimateOptions['refine'],
): Promise<{ flow: FlowField; backend: FlowBackend }> {
  const estimate = await runSchedule(model, frameA, frameB, schedule);
  if (!refine) return estimate;
  const refiner = refiners.get(model) ?? createRefiner();
  refiners.set(model, refiner);
  const [black, white] = model.manifest.input.range;
  const options = refine === true ? {} : refine;
  const flow = await refiner.refine(estimate.flow, frameA, frameB, white - black, options);
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
