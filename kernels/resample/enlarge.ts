import type { FeatureMap } from '../types.ts';
import { enlargePlanesSimd } from './enlarge-simd.ts';
import { neighbours } from './neighbours.ts';
import type { Neighbours } from './neighbours.ts';

/** Bilinear, neither axis shorter than before: in WebAssembly SIMD where there is any. */
export function enlargePlanes(planes: FeatureMap, width: number, height: number): FeatureMap {
  return enlargePlanesSimd(planes, width, height) ?? enlargePlanesReference(planes, width, height);
}

/** The definition: each row is blended of two, then stretched. */
export function enlargePlanesReference(
  { channels, ...from }: FeatureMap,
  width: number,
  height: number,
): FeatureMap {
  const data = new Float32Array(channels * height * width);
  const horizontal = neighbours(from.width, width);
  const vertical = neighbours(from.height, height);
  const row = new Float32Array(from.width + 1);
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++) {
      const upper = (c * from.height + vertical.cells[y]) * from.width;
      // An axis of one sample has no second.
      blend(from.data, upper, upper + (from.height > 1 ? from.width : 0), vertical.shares[y], row);
      stretch(row, horizontal, data, (c * height + y) * width);
    }
  return { channels, height, width, data };
}

function blend(data: Float32Array, upper: number, lower: number, share: number, row: Float32Array): void {
  const width = row.length - 1;
  for (let x = 0; x < width; x++) row[x] = data[upper + x] + share * (data[lower + x] - data[upper + x]);
}

function stretch(row: Float32Array, { cells, shares }: Neighbours, out: Float32Array, o: number): void {
  for (let x = 0; x < cells.length; x++) {
    const left = row[cells[x]];
    out[o + x] = left + shares[x] * (row[cells[x] + 1] - left);
  }
}
