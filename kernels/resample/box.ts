import type { FeatureMap } from '../types.ts';
import { halvePlanesSimd } from './box-simd.ts';

/** As `averageSquaresReference`, halves in WebAssembly SIMD where there is any. */
export function averageSquares(planes: FeatureMap, factor: number): FeatureMap {
  return (factor === 2 && halvePlanesSimd(planes)) || averageSquaresReference(planes, factor);
}

/**
 * The mean over squares of `factor` x `factor` pixels: what the box filter is where both sizes are multiples of
 * the factor, without its weights.
 */
export function averageSquaresReference(planes: FeatureMap, factor: number): FeatureMap {
  const { channels } = planes;
  const width = planes.width / factor;
  const height = planes.height / factor;
  const data = new Float32Array(channels * height * width);
  const average = factor === 2 ? averagePairs : averageRuns;
  for (let row = 0; row < channels * height; row++) average(planes, row, factor, data, width);
  return { channels, height, width, data };
}

/** One row of the result, by far the most frequent case: halves. */
function averagePairs(planes: FeatureMap, row: number, _: number, out: Float32Array, width: number): void {
  const { data } = planes;
  let upper = row * 2 * planes.width;
  let lower = upper + planes.width;
  for (let o = row * width; o < (row + 1) * width; o++, upper += 2, lower += 2)
    out[o] = (data[upper] + data[upper + 1] + data[lower] + data[lower + 1]) * 0.25;
}

/** One row of the result at any factor. */
function averageRuns(
  planes: FeatureMap,
  row: number,
  factor: number,
  out: Float32Array,
  width: number,
): void {
  const { data } = planes;
  const share = 1 / (factor * factor);
  for (let x = 0; x < width; x++) {
    let sum = 0;
    for (let y = 0; y < factor; y++) {
      const start = (row * factor + y) * planes.width + x * factor;
      for (let i = start; i < start + factor; i++) sum += data[i];
    }
    out[row * width + x] = sum * share;
  }
}
