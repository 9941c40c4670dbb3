import type { Size } from './types.ts';

/** Values on a grid, row by row. */
interface Grid extends Size {
  readonly data: Float32Array;
}

/**
 * The value between the pixels of a grid, bilinear; beyond the border that of the nearest pixel.
 *
 * @param values that stand side by side for each pixel, of which the one at `offset` is taken
 */
export function sampleBilinear(
  { width, height, data }: Grid,
  x: number,
  y: number,
  values = 1,
  offset = 0,
): number {
  const cx = Math.max(0, Math.min(width - 1, x));
  const cy = Math.max(0, Math.min(height - 1, y));
  const left = Math.min(Math.floor(cx), Math.max(0, width - 2));
  const top = Math.min(Math.floor(cy), Math.max(0, height - 2));
  const [fx, fy] = [cx - left, cy - top];
  const i = (top * width + left) * values + offset;
  const right = width > 1 ? values : 0;
  const below = height > 1 ? width * values : 0;
  const upper = data[i] + fx * (data[i + right] - data[i]);
  const lower = data[i + below] + fx * (data[i + below + right] - data[i + below]);
  return upper + fy * (lower - upper);
}
