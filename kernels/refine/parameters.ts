import type { RefineInput, RefineParameters, RefineSpec } from './types.ts';

export type AllParameters = Required<RefineParameters>;

const DEFAULTS: AllParameters = {
  alpha: 20,
  edges: 0,
  delta: 5,
  gamma: 10,
  epsilon: 0.001,
  omega: 1.6,
  warps: 2,
  iterations: 3,
  sweeps: 5,
  sigma: 0.6,
  span: 255,
};

/**
 * What is added to the squared length of a gradient, so that the constraints stay finite where an image is flat:
 * 0.01 for 8-bit values, and the same for others after scaling.
 */
export const flatness = (span: number): number => 0.01 * (span / 255) ** 2;

/** Ties the flow to its start so weakly that it counts only where nothing else does. */
export const TIE = 1e-3;

/**
 * How much the images lose of their trust where the flow is rough: it is divided by 1 + this much times the squared
 * differences of the flow to the four neighbours, in pixels. The derivatives of the carried B are taken across pixels that
 * came from as many places; where these lie a pixel apart and more, the step that they give is wild.
 */
export const ROUGHNESS = 0.5;

/** Fills in what is absent and checks the rest. */
export function completeParameters(parameters: RefineParameters): AllParameters {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  const all: AllParameters = { ...DEFAULTS, ...Object.fromEntries(given) };
  for (const name of ['alpha', 'edges', 'delta', 'gamma'] as const) checkRange(all, name, 0, 1e6);
  checkRange(all, 'epsilon', 1e-6, 1e3);
  checkRange(all, 'omega', 0.01, 1.99);
  checkRange(all, 'sigma', 0, 0.7);
  checkRange(all, 'span', 1e-3, 1e6);
  for (const name of ['warps', 'iterations', 'sweeps'] as const) {
    checkRange(all, name, 1, 1000);
    if (!Number.isInteger(all[name]))
      throw new RangeError(`Expected an integer for ${name} but received ${all[name]}`);
  }
  return all;
}

function checkRange(all: AllParameters, name: keyof AllParameters, least: number, most: number): void {
  const value: unknown = all[name];
  if (typeof value === 'number' && value >= least && value <= most) return;
  throw new RangeError(
    `Expected a number from ${least} to ${most} for ${name} but received ${String(value)}`,
  );
}

export function checkSpec({ channels, height, width }: RefineSpec): void {
  const whole = [channels, height, width].every((size) => Number.isInteger(size) && size > 0);
  if (!whole || channels > 4)
    throw new RangeError(
      `Expected 1 to 4 channels of at least 1 x 1 but received ${channels} of ${width} x ${height}`,
    );
}

export function checkInput({ channels, height, width }: RefineSpec, input: RefineInput): void {
  for (const name of ['a', 'b'] as const) {
    const map = input[name];
    if (map.channels !== channels || map.height !== height || map.width !== width)
      throw new RangeError(
        `Expected ${channels} channels of ${width} x ${height} for ${name} ` +
          `but received ${map.channels} of ${map.width} x ${map.height}`,
      );
    checkLength(`${name}.data`, map.data, channels * height * width);
  }
  checkLength('flow', input.flow, height * width * 2);
  if (input.confidence) checkLength('confidence', input.confidence, height * width);
}

function checkLength(name: string, values: Float32Array, length: number): void {
  if (values.length !== length)
    throw new RangeError(`Expected ${length} values for ${name} but received ${values.length}`);
}

/**
 * The outer weight of the smoothing by three values `[s, 1 - 2s, s]`, whose variance is 2s.
 */
export const smoothingShare = (sigma: number): number => (sigma * sigma) / 2;
