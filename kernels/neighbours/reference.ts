/** Definitions, never optimised; `index.ts` has the same faster. */

import type { FeatureMap } from '../types.ts';
import type { NormalizedCorrelationOptions } from './types.ts';

/** The first cell of a neighbourhood of `size` before its centre: 0 for 2, 1 for 3, 2 for 5. */
export const before = (size: number): number => Math.floor((size - 1) / 2);

/** A map's value, 0 outside. */
const at = ({ height, width, data }: FeatureMap, c: number, y: number, x: number): number =>
  y >= 0 && x >= 0 && y < height && x < width ? data[(c * height + y) * width + x] : 0;

/**
 * Cross-input neighbourhood differences (Ahmed 2015, section 3.2): of each value of f, the neighbourhood of g round the
 * same place is taken away.
 *
 * `K(y, x)[dy, dx] = f(y, x) - g(y + dy - before, x + dx - before)`, g is 0 outside, `before = floor((size - 1) / 2)`.
 *
 * @returns channel `(c * size + dy) * size + dx`
 * @example
 * import { neighbourhoodDifferencesReference } from 'whither/kernels';
 *
 * const { channels, data } = neighbourhoodDifferencesReference(mapA, mapB, 5);
 */
export function neighbourhoodDifferencesReference(f: FeatureMap, g: FeatureMap, size: number): FeatureMap {
  const { channels, height, width } = f;
  const data = new Float32Array(channels * size * size * height * width);
  let k = 0;
  for (let c = 0; c < channels; c++)
    for (let dy = 0; dy < size; dy++)
      for (let dx = 0; dx < size; dx++)
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++)
            data[k++] = at(f, c, y, x) - at(g, c, y + dy - before(size), x + dx - before(size));
  return { channels: channels * size * size, height, width, data };
}

/**
 * Normalised correlation of neighbourhoods (Subramaniam 2016, section 3.1), channel by channel: the `size` x `size` patch
 * round each cell of f with those of g in the rows up to `rows` above and below, all columns of them. A patch has its
 * mean taken away and is divided by its standard deviation (of n - 1) plus epsilon; two are multiplied and summed, and
 * the sum divided by n - 1, so that it lies in -1..1. Maps are 0 outside; patches round rows that g does not have count 0.
 *
 * @returns channel `(c * (2 * rows + 1) + dy + rows) * g.width + xg`: the patch of g round (y + dy, xg)
 * @example
 * import { normalizedCorrelationReference } from 'whither/kernels';
 *
 * const { channels, data } = normalizedCorrelationReference(mapA, mapB, { size: 5, rows: 2 });
 */
export function normalizedCorrelationReference(
  f: FeatureMap,
  g: FeatureMap,
  { size = 5, rows = 2, epsilon = 0.01 }: NormalizedCorrelationOptions = {},
): FeatureMap {
  const { channels, height, width } = f;
  const band = (2 * rows + 1) * g.width;
  const data = new Float32Array(channels * band * height * width);
  const score = (c: number, y: number, x: number, yg: number, xg: number): number => {
    if (yg < 0 || yg >= g.height) return 0;
    const [a, b] = [patch(f, c, y, x, size, epsilon), patch(g, c, yg, xg, size, epsilon)];
    return a.reduce((sum, value, i) => sum + value * b[i], 0) / (size * size - 1);
  };
  let k = 0;
  for (let c = 0; c < channels; c++)
    for (let dy = -rows; dy <= rows; dy++)
      for (let xg = 0; xg < g.width; xg++)
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++) data[k++] = score(c, y, x, y + dy, xg);
  return { channels: channels * band, height, width, data };
}

/** The normalised values of one patch, row by row. */
export function patch(
  map: FeatureMap,
  channel: number,
  y: number,
  x: number,
  size: number,
  epsilon: number,
): number[] {
  const values = [];
  for (let dy = 0; dy < size; dy++)
    for (let dx = 0; dx < size; dx++)
      values.push(at(map, channel, y + dy - before(size), x + dx - before(size)));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (values.length - 1)) + epsilon;
  return values.map((value) => (value - mean) / deviation);
}
