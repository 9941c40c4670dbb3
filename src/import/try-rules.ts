import type { FlowField, Size, Tensor } from '../core/index.ts';
import { outputShape } from '../flow/adapt/index.ts';
import type { ModelInput, Session } from '../runtime/index.ts';
import type { FoundOutput } from './find-sizes.ts';
import type { ProbeScene } from './probe-scenes.ts';
import { runPair } from './run-pair.ts';

/** A way to give an image to a network. */
export type ValueRules = Pick<ModelInput, 'channels' | 'range' | 'mean' | 'std'>;

/** How an output becomes flow. */
export interface FlowUnits {
  readonly channels: readonly [u: number, v: number];
  readonly scale: number;
}

/** What a probe found for one way to give the images. */
export interface Trial {
  readonly rules: ValueRules;
  readonly units: FlowUnits;
  /** What the values would have to be multiplied by, before that was rounded to a usual factor. */
  readonly measured: number;
  /** Mean end-point error in pixels. */
  readonly error: number;
}

/** What many networks of ImageNet take from and divide values by. */
export const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

/** Ways that are in use, the most frequent of flow networks first. */
const USUAL: readonly Omit<ValueRules, 'channels'>[] = [
  { range: [-1, 1] },
  { range: [0, 1] },
  { range: [0, 255] },
  { range: [0, 1], ...IMAGENET },
  { range: [-0.5, 0.5] },
];

/** What the caller knows of the values. */
export interface GivenValues extends Partial<ValueRules> {
  readonly scale?: number;
  readonly order?: 'uv' | 'vu';
}

/** The ways to give images that are to be tried, first those of red first. */
export function usualRules(given: GivenValues): ValueRules[] {
  const { mean, std } = given;
  const own = { ...(mean && { mean }), ...(std && { std }) };
  const known: readonly Omit<ValueRules, 'channels'>[] = given.range
    ? [{ range: given.range, ...own }]
    : mean || std
      ? [[0, 1] as const, [0, 255] as const].map((range) => ({ range, ...own }))
      : USUAL;
  return known.map((rules) => ({ channels: given.channels ?? 'RGB', ...rules }));
}

/** Runs the graph on scenes whose motion is known, and finds how its output tells it. */
export async function tryRules(
  session: Session,
  input: ModelInput,
  rules: ValueRules,
  output: FoundOutput,
  scenes: readonly ProbeScene[],
  given: GivenValues,
): Promise<Trial> {
  const samples: Sample[] = [];
  for (const { imageA, imageB, truth } of scenes) {
    const outputs = await runPair(session, imageA, imageB, { ...input, ...rules });
    samples.push(...takeSamples(outputs[output.name], output, truth));
  }
  const orders = ORDERS.filter(([name]) => !given.order || name === given.order);
  const trials = orders.map(([, channels]) => fitUnits(samples, channels, output.stride, given.scale));
  const best = trials.reduce((a, b) => (b.error < a.error ? b : a));
  return { rules, ...best };
}

const ORDERS = [
  ['uv', [0, 1]],
  ['vu', [1, 0]],
] as const;

/** The first two values of a cell, and the motion at its middle. */
interface Sample {
  readonly values: readonly [number, number];
  readonly truth: readonly [u: number, v: number];
}

/** Pixels at the border that do not count: what moves in from outside is a guess. */
const MARGIN = 12;
/** Pixels from one sample to the next, about. */
const SPACING = 3;

function takeSamples(tensor: Tensor, { layout, stride }: FoundOutput, truth: FlowField): Sample[] {
  const { width, height, start, step, plane } = outputShape(tensor, { layout })!;
  const samples: Sample[] = [];
  const inside = (place: number, length: number): boolean => place >= MARGIN && place < length - MARGIN;
  const every = Math.ceil(SPACING / stride);
  for (let row = 0; row < height; row += every)
    for (let column = 0; column < width; column += every) {
      const [x, y] = [column, row].map((cell) => Math.floor((cell + 0.5) * stride));
      if (!inside(x, truth.width) || !inside(y, truth.height)) continue;
      const at = start + (row * width + column) * step;
      const to = 2 * (y * truth.width + x);
      samples.push({
        values: [tensor.data[at], tensor.data[at + plane]],
        truth: [truth.data[to], truth.data[to + 1]],
      });
    }
  return samples;
}

/** Factors in use: pixels, and parts and multiples of them. */
const FACTORS = [1, 2, 4, 5, 8, 10, 16, 20, 32, 64];
/** A factor that is within this of 1 or of the stride counts as that. */
const NEAR = 1.2;

function fitUnits(
  samples: readonly Sample[],
  channels: readonly [u: number, v: number],
  stride: number,
  given: number | undefined,
): Omit<Trial, 'rules'> {
  const measured = fitScale(samples, channels);
  const scale = given ?? usualFactor(measured, stride);
  const units: FlowUnits = { channels, scale };
  return { units, measured, error: mean(samples.map((sample) => errorOf(sample, units))) };
}

/** By least squares, once more without the fifth that fits worst. */
function fitScale(samples: readonly Sample[], channels: readonly [number, number]): number {
  const first = leastSquares(samples, channels);
  const errors = samples.map((sample) => errorOf(sample, { channels, scale: first }));
  const limit = [...errors].sort((a, b) => a - b)[Math.floor(0.8 * errors.length)];
  return leastSquares(
    samples.filter((_, i) => errors[i] <= limit),
    channels,
  );
}

function leastSquares(samples: readonly Sample[], [u, v]: readonly [number, number]): number {
  let [product, square] = [0, 0];
  for (const { values, truth } of samples) {
    product += values[u] * truth[0] + values[v] * truth[1];
    square += values[u] ** 2 + values[v] ** 2;
  }
  return square > 0 ? product / square : 0;
}

const errorOf = ({ values, truth }: Sample, { channels: [u, v], scale }: FlowUnits): number =>
  Math.hypot(scale * values[u] - truth[0], scale * values[v] - truth[1]);

const mean = (values: readonly number[]): number =>
  values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : Infinity;

/** The usual factor that is nearest, with the sign; 1 where nothing was measured. */
function usualFactor(measured: number, stride: number): number {
  if (!measured) return 1;
  const size = Math.abs(measured);
  const apart = (factor: number): number => Math.abs(Math.log(size / factor));
  const plain = [1, stride].find((factor) => apart(factor) < Math.log(NEAR));
  const all = FACTORS.flatMap((factor) => [factor, 1 / factor]);
  return Math.sign(measured) * (plain ?? all.reduce((a, b) => (apart(b) < apart(a) ? b : a)));
}

/** The middle of what is probed has room for samples. */
export const isLargeEnough = ({ width, height }: Size): boolean => Math.min(width, height) >= 3 * MARGIN;
