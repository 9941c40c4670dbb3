/** What the public functions of the correlation check, in the library's one sentence for errors. */

import type { CorrelationScale, CorrelationSpec, CostVolume, FeatureMap } from '../types.ts';

const SCALES: readonly CorrelationScale[] = ['none', 'mean', 'sqrt'];

function expected(what: string, name: string, received: unknown): TypeError {
  const text = typeof received === 'string' ? JSON.stringify(received) : String(received);
  return new TypeError(`Expected ${what} for ${name} but received ${text} (${typeof received})`);
}

export function checkInteger(value: unknown, name: string, minimum: number, maximum = 2 ** 31): void {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw expected('an integer', name, value);
  if (value < minimum || value > maximum)
    throw new RangeError(
      `Expected an integer from ${minimum} to ${maximum} for ${name} but received ${value}`,
    );
}

export function checkScale(value: unknown): void {
  if (!SCALES.includes(value as CorrelationScale))
    throw expected(`one of ${SCALES.join(', ')}`, 'scale', value);
}

export function checkThreads(value: unknown): void {
  if (value !== undefined) checkInteger(value, 'threads', 1, 64);
}

/** A copy of `spec` with nothing else in it. */
export function checkSpec(spec: CorrelationSpec): CorrelationSpec {
  if (typeof spec !== 'object' || spec === null) throw expected('a specification', 'spec', spec);
  const { channels, height, width, radius, step, scale } = spec;
  checkInteger(channels, 'channels', 1);
  checkInteger(height, 'height', 1);
  checkInteger(width, 'width', 1);
  checkInteger(radius, 'radius', 0, 4096);
  checkInteger(step, 'step', 1, 65536);
  checkScale(scale);
  return Object.freeze({ channels, height, width, radius, step, scale });
}

/** Checks that a map is whole, and where sizes are given that it has them. */
export function checkMap(
  map: FeatureMap,
  name: string,
  sizes: { channels: number; height?: number; width?: number } = map,
): void {
  if (typeof map !== 'object' || map === null) throw expected('a feature map', name, map);
  const { channels, height, width, data } = map;
  for (const [field, value] of Object.entries({ channels, height, width }))
    checkInteger(value, `${name}.${field}`, 1);
  const shape = `${channels} x ${height} x ${width}`;
  const { channels: c, height: h = height, width: w = width } = sizes;
  if (channels !== c || height !== h || width !== w)
    throw new TypeError(`Expected a map of ${c} x ${h} x ${w} for ${name} but received ${shape}`);
  checkValues(data, `${name}.data`, channels * height * width, shape);
}

export function checkOut(
  out: CostVolume,
  { radius, height, width }: Pick<CorrelationSpec, 'radius' | 'height' | 'width'>,
): void {
  checkVolume(out, { displacements: (2 * radius + 1) ** 2, height, width });
}

export function checkVolume(
  out: CostVolume,
  { displacements, height, width }: Pick<CostVolume, 'displacements' | 'height' | 'width'>,
): void {
  const shape = `${displacements} x ${height} x ${width}`;
  if (out.displacements !== displacements || out.height !== height || out.width !== width)
    throw new TypeError(
      `Expected a volume of ${shape} for out but received ${out.displacements} x ${out.height} x ${out.width}`,
    );
  checkValues(out.data, 'out.data', displacements * height * width, shape);
}

/** Checks an array of 32-bit floats; `shape` only says in the message what it is for. */
export function checkValues(data: unknown, name: string, length: number, shape: string): void {
  if (!(data instanceof Float32Array)) throw expected('a Float32Array', name, data);
  if (data.length !== length)
    throw new TypeError(
      `Expected ${length} values for ${name}, a ${shape} array, but received ${data.length}`,
    );
}
