import type { FeatureMap } from '../types.ts';

/**
 * The mean of `factor` x `factor` cells, of as many as there are at the right and at the bottom edge; the map itself
 * where the factor is 1.
 *
 * @returns `ceil(height / factor)` x `ceil(width / factor)` cells
 */
export function coarsen(map: FeatureMap, factor: number): FeatureMap {
  if (factor === 1) return map;
  const { channels } = map;
  const [height, width] = [Math.ceil(map.height / factor), Math.ceil(map.width / factor)];
  const data = new Float32Array(channels * height * width);
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < map.height; y++)
      addRow(
        map,
        (c * map.height + y) * map.width,
        factor,
        data,
        (c * height + Math.floor(y / factor)) * width,
      );
  const rowsOf = Float32Array.from({ length: height }, (_, y) => Math.min(factor, map.height - y * factor));
  const columnsOf = Float32Array.from({ length: width }, (_, x) => Math.min(factor, map.width - x * factor));
  for (let i = 0, row = 0; row < channels * height; row++)
    for (let x = 0; x < width; x++, i++) data[i] /= rowsOf[row % height] * columnsOf[x];
  return { channels, height, width, data };
}

/** Adds a row of cells to the sums of the coarser row that it is part of. */
function addRow(
  { width, data }: FeatureMap,
  from: number,
  factor: number,
  sums: Float32Array,
  to: number,
): void {
  const whole = width - (width % factor);
  let [i, o] = [from, to];
  for (const end = from + whole; i < end; o++) {
    let sum = data[i++];
    for (let k = 1; k < factor; k++) sum += data[i++];
    sums[o] += sum;
  }
  for (; i < from + width; i++) sums[o] += data[i];
}
