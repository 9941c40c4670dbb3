import type { FeatureMap } from '../../../kernels/types.ts';

/** The deviation of grey, of 255, at which texture counts half. */
const HALF = 3;

/**
 * How much there is to see at each cell of a square image: `d / (d + 3)` of the standard deviation d of its grey values
 * in a square of two cells' width, 0 where all are alike.
 *
 * @param planes red, green and blue from -`white` to `white`
 * @param cells to a side, the corner ones on the corner pixels
 */
export function textureOf({ width, height, data }: FeatureMap, cells: number, white: number): Float32Array {
  const area = width * height;
  const grey = new Float64Array(area);
  for (let i = 0; i < area; i++)
    grey[i] = ((data[i] + data[area + i] + data[2 * area + i]) / 3 / white) * 127.5;
  const step = (width - 1) / (cells - 1);
  const reach = Math.round(step);
  const out = new Float32Array(cells * cells);
  for (let y = 0; y < cells; y++)
    for (let x = 0; x < cells; x++) {
      const deviation = spread(grey, width, height, Math.round(x * step), Math.round(y * step), reach);
      out[y * cells + x] = deviation / (deviation + HALF);
    }
  return out;
}

/** The standard deviation in a square, as far as it lies in the image. */
function spread(
  grey: Float64Array,
  width: number,
  height: number,
  cx: number,
  cy: number,
  reach: number,
): number {
  let [count, sum, squares] = [0, 0, 0];
  for (let y = Math.max(0, cy - reach); y <= Math.min(height - 1, cy + reach); y++)
    for (let x = Math.max(0, cx - reach); x <= Math.min(width - 1, cx + reach); x++) {
      const value = grey[y * width + x];
      count++;
      sum += value;
      squares += value * value;
    }
  return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
}
