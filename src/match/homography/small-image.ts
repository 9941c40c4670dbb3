import { resizePlanes } from '../../../kernels/resample/index.ts';
import { applyHomography } from '../../core/index.ts';
import type { Homography, Image } from '../../core/index.ts';
import { toGrey } from '../../features/index.ts';

/** `size` x `size` grey values, row by row; what the network looks at. */
export interface SmallImage {
  readonly size: number;
  readonly data: Float32Array;
}

/** The whole image in grey on a square, whatever its shape; 0 and 255 become the bounds of `range`. */
export function shrinkToSquare(
  image: Image,
  size: number,
  [black, white]: readonly [number, number],
): SmallImage {
  const { width, height, data } = toGrey(image);
  const small = resizePlanes({ channels: 1, height, width, data }, size, size).data;
  return { size, data: small.map((value) => black + (value * (white - black)) / 255) };
}

/** The image as seen through a homography from the result's pixels to its own; what lies beyond repeats the border. */
export function warpSquare({ size, data }: SmallImage, homography: Homography): SmallImage {
  const out = new Float32Array(size * size);
  const last = size - 1;
  for (let y = 0, i = 0; y < size; y++)
    for (let x = 0; x < size; x++, i++) {
      const [px, py] = applyHomography(homography, x, y);
      const [qx, qy] = [clamp(px, last), clamp(py, last)];
      const [left, top] = [Math.min(Math.floor(qx), last - 1), Math.min(Math.floor(qy), last - 1)];
      const [fx, fy] = [qx - left, qy - top];
      const at = top * size + left;
      const above = data[at] + fx * (data[at + 1] - data[at]);
      const below = data[at + size] + fx * (data[at + size + 1] - data[at + size]);
      out[i] = above + fy * (below - above);
    }
  return { size, data: out };
}

const clamp = (value: number, most: number): number => Math.max(0, Math.min(most, value)) || 0;
