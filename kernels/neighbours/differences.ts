import { checkInteger, checkMap } from '../correlation/index.ts';
import type { FeatureMap } from '../types.ts';
import { before } from './reference.ts';

/**
 * Cross-input neighbourhood differences (Ahmed 2015): each value of f less the neighbourhood of g round the same place.
 * `neighbourhoodDifferencesReference` is the definition. Swap f and g for the paper's other half.
 *
 * @param size rows and columns of the neighbourhood; defaults to 5, as in the paper
 * @returns `channels * size * size` channels, channel `(c * size + dy) * size + dx`
 * @throws {TypeError | RangeError} for maps of different shapes, or a size that makes no sense
 * @example
 * import { neighbourhoodDifferences } from 'whither/kernels';
 *
 * const { channels, data } = neighbourhoodDifferences(mapA, mapB, 5);
 */
export function neighbourhoodDifferences(f: FeatureMap, g: FeatureMap, size = 5): FeatureMap {
  checkMap(f, 'f');
  checkMap(g, 'g', f);
  checkInteger(size, 'size', 1, 64);
  const { channels, height, width } = f;
  const area = height * width;
  const data = new Float32Array(channels * size * size * area);
  for (let c = 0, to = 0; c < channels; c++)
    for (let dy = -before(size); dy < size - before(size); dy++)
      for (let dx = -before(size); dx < size - before(size); dx++, to += area) {
        data.set(f.data.subarray(c * area, (c + 1) * area), to);
        subtractShifted(g, c, dy, dx, data, to);
      }
  return { channels: channels * size * size, height, width, data };
}

/** Takes a channel of `map` away, moved by (dx, dy), where it has values. */
function subtractShifted(
  { height, width, data }: FeatureMap,
  channel: number,
  dy: number,
  dx: number,
  out: Float32Array,
  to: number,
): void {
  const [left, right] = [Math.max(0, -dx), Math.min(width, width - dx)];
  for (let y = Math.max(0, -dy); y < Math.min(height, height - dy); y++) {
    const from = (channel * height + y + dy) * width + dx;
    for (let x = left; x < right; x++) out[to + y * width + x] -= data[from + x];
  }
}
