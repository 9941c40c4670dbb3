import type { FlowField, Image, OptionNames } from '../core/index.ts';
import {
  checkFlow,
  checkOneOf,
  checkOptions,
  checkPositive,
  checkSameSize,
  knownPixels,
  quantiles,
} from '../core/index.ts';
import { HEAT, kittiColor } from './palette.ts';

/** Options of `errorMap`. */
export interface ErrorMapOptions {
  /**
   * Error in pixels that gets the brightest colour; defaults to the 99th percentile of this map, at least 1.
   * Of no effect on the colours of KITTI, whose scale is fixed.
   */
  readonly maxError?: number;
  /** Defaults to `heat`, dark to bright; `kitti`, blue to red, is the image of that benchmark. */
  readonly colors?: 'heat' | 'kitti';
}

const OPTIONS: OptionNames<ErrorMapOptions> = { maxError: true, colors: true };

/** An image of the errors, and the scale it was made with. */
export interface ErrorMap {
  readonly image: Image;
  /** Error in pixels that the brightest colour stands for. */
  readonly maxError: number;
}

/** Colour of pixels that cannot be compared: grey beside the heat, black beside KITTI's colours. */
const INCOMPARABLE = { heat: [112, 112, 112], kitti: [0, 0, 0] } as const;

/**
 * End-point errors in colours. Pixels whose truth or flow is unknown are grey (`heat`) or black (`kitti`).
 * KITTI's colours show `min(error / 3 px, error / 5 % of the true length)` in steps of two: red is an outlier
 * in the sense of `fl`, blue is not.
 *
 * @throws ShapeError when the two differ in size
 * @example
 * import { writeImage } from 'whither';
 * import { errorMap } from 'whither/evaluate';
 *
 * const { image, maxError } = errorMap(flow, truth, { colors: 'heat' });
 * await writeImage('errors.png', image);
 */
export function errorMap(flow: FlowField, truth: FlowField, options: ErrorMapOptions = {}): ErrorMap {
  checkOptions(options, OPTIONS, 'errorMap');
  checkFlow(flow, 'flow');
  checkFlow(truth, 'truth');
  checkSameSize(flow, 'flow', truth, 'truth');
  const colors = checkOneOf(options.colors ?? 'heat', 'colors', ['heat', 'kitti']);
  if (options.maxError !== undefined) checkPositive(options.maxError, 'maxError');
  const comparable = knownPixels(truth);
  const known = knownPixels(flow);
  for (let i = 0; i < known.length; i++) comparable[i] &= known[i];
  const errors = endPointErrors(flow, truth, comparable);
  const maxError = options.maxError ?? usualMaximum(errors, comparable);
  const data = new Uint8Array(known.length * 3);
  for (let i = 0; i < known.length; i++) {
    if (comparable[i] === 0) data.set(INCOMPARABLE[colors], i * 3);
    else if (colors === 'heat') writeHeat(errors[i] / maxError, data, i * 3);
    else data.set(kittiColor(outlierRatio(errors[i], truth, i)), i * 3);
  }
  return { image: { width: flow.width, height: flow.height, data }, maxError };
}

function endPointErrors(flow: FlowField, truth: FlowField, comparable: Uint8Array): Float32Array {
  const errors = new Float32Array(comparable.length);
  for (let i = 0; i < errors.length; i++) {
    if (comparable[i] === 0) continue;
    const u = flow.data[i * 2] - truth.data[i * 2];
    const v = flow.data[i * 2 + 1] - truth.data[i * 2 + 1];
    errors[i] = Math.sqrt(u * u + v * v);
  }
  return errors;
}

function usualMaximum(errors: Float32Array, comparable: Uint8Array): number {
  const [high] = quantiles(errors, comparable, [0.99]);
  return Number.isNaN(high) ? 1 : Math.max(high, 1);
}

/** Writes the heat of a value from 0 to 1; what lies outside takes the colour of the end. */
export function writeHeat(value: number, out: Uint8Array, at: number): void {
  const i = Math.round(Math.min(Math.max(value, 0), 1) * 255) * 3;
  out[at] = HEAT[i];
  out[at + 1] = HEAT[i + 1];
  out[at + 2] = HEAT[i + 2];
}

/** Without true motion there is nothing for 5 % to be taken of, and the 3 px alone decide. */
function outlierRatio(error: number, truth: FlowField, i: number): number {
  const length = Math.sqrt(truth.data[i * 2] ** 2 + truth.data[i * 2 + 1] ** 2);
  return length === 0 ? error / 3 : Math.min(error / 3, error / (0.05 * length));
}
