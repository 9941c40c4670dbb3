import { checkInteger, checkMap } from '../correlation/index.ts';
import type { FeatureMap } from '../types.ts';
import { before } from './reference.ts';
import type { NormalizedCorrelationOptions } from './types.ts';

/**
 * Normalised correlation of neighbourhoods (Subramaniam 2016): the patch round each cell of f with those round g's in a
 * band of rows. `normalizedCorrelationReference` is the definition. Each patch is normalised once, so what is left are
 * dot products.
 *
 * @returns `channels * (2 * rows + 1) * g.width` channels, channel `(c * (2 * rows + 1) + dy + rows) * g.width + xg`
 * @throws {TypeError | RangeError} for maps with different channels, or options that make no sense
 * @example
 * import { normalizedCorrelation } from 'whither/kernels';
 *
 * const { channels, data } = normalizedCorrelation(mapA, mapB, { size: 5, rows: 2 });
 */
export function normalizedCorrelation(
  f: FeatureMap,
  g: FeatureMap,
  options: NormalizedCorrelationOptions = {},
): FeatureMap {
  const { size = 5, rows = 2, epsilon = 0.01 } = options;
  checkMap(f, 'f');
  checkMap(g, 'g');
  if (g.channels !== f.channels) checkMap(g, 'g', { channels: f.channels });
  checkInteger(size, 'size', 2, 64);
  checkInteger(rows, 'rows', 0, 4096);
  if (!(epsilon > 0 && epsilon < Infinity))
    throw new RangeError(`Expected a number above 0 for epsilon but received ${String(epsilon)}`);
  const { channels, height, width } = f;
  const band = (2 * rows + 1) * g.width;
  const data = new Float32Array(channels * band * height * width);
  for (let c = 0; c < channels; c++) {
    const [a, b] = [patches(f, c, size, epsilon), patches(g, c, size, epsilon)];
    for (let dy = -rows; dy <= rows; dy++)
      for (let xg = 0; xg < g.width; xg++) {
        const to = (c * band + (dy + rows) * g.width + xg) * height * width;
        for (let y = Math.max(0, -dy); y < Math.min(height, g.height - dy); y++)
          multiplyRow(a, y * width, width, b, (y + dy) * g.width + xg, size, data, to + y * width);
      }
  }
  return { channels: channels * band, height, width, data };
}

/** The patches of one row of f with one of g. */
function multiplyRow(
  a: Float32Array,
  first: number,
  count: number,
  b: Float32Array,
  other: number,
  size: number,
  out: Float32Array,
  to: number,
): void {
  const length = size * size;
  for (let x = 0; x < count; x++) {
    let sum = 0;
    for (let i = 0, p = (first + x) * length, q = other * length; i < length; i++) sum += a[p++] * b[q++];
    out[to + x] = sum / (length - 1);
  }
}

/** All normalised patches of a channel, `size * size` values a cell, cells row by row. */
function patches(map: FeatureMap, channel: number, size: number, epsilon: number): Float32Array {
  const { height, width, data } = map;
  const length = size * size;
  const out = new Float32Array(height * width * length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const to = (y * width + x) * length;
      for (let dy = 0; dy < size; dy++) {
        const v = y + dy - before(size);
        if (v < 0 || v >= height) continue;
        for (let dx = 0; dx < size; dx++) {
          const u = x + dx - before(size);
          if (u >= 0 && u < width) out[to + dy * size + dx] = data[(channel * height + v) * width + u];
        }
      }
      normalize(out.subarray(to, to + length), epsilon);
    }
  return out;
}

function normalize(values: Float32Array, epsilon: number): void {
  let [sum, squares] = [0, 0];
  for (const value of values) sum += value;
  const mean = sum / values.length;
  for (const value of values) squares += (value - mean) ** 2;
  const scale = 1 / (Math.sqrt(squares / (values.length - 1)) + epsilon);
  for (let i = 0; i < values.length; i++) values[i] = (values[i] - mean) * scale;
}
