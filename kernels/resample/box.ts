import type { FeatureMap } from '../types.ts';

/**
 * The mean over squares of `factor` x `factor` pixels: what the box filter is where both sizes are multiples of
 * the factor, without its weights.
 */
export function averageSquares(planes: FeatureMap, factor: number): FeatureMap {
  const { channels } = planes;
  const width = planes.width / factor;
  const height = planes.height / factor;
  const data = new Float32Array(channels * height * width);
  const sums = new Float64Array(width);
  const share = 1 / (factor * factor);
  for (let row = 0; row < channels * height; row++) {
    sums.fill(0);
    for (let y = 0; y < factor; y++) addRow(sums, planes.data, (row * factor + y) * planes.width, factor);
    for (let x = 0, i = row * width; x < width; x++) data[i++] = sums[x] * share;
  }
  return { channels, height, width, data };
}

/** Adds each run of `factor` values, from `start` on, to the sum it belongs to. */
function addRow(sums: Float64Array, data: Float32Array, start: number, factor: number): void {
  let i = start;
  if (factor === 2) for (let x = 0; x < sums.length; x++, i += 2) sums[x] += data[i] + data[i + 1];
  else
    for (let x = 0; x < sums.length; x++) {
      let sum = 0;
      for (let k = 0; k < factor; k++) sum += data[i++];
      sums[x] += sum;
    }
}
