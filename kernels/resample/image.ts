import type { FeatureMap } from '../types.ts';
import { imagePlanesSimd } from './image-simd.ts';
import { resizePlanes } from './resize.ts';
import type { ByteImage } from './types.ts';

/**
 * Planes of red, green and blue of an image that is shrunk by `factor`, each pixel the average over its area. In
 * WebAssembly SIMD where there is any.
 *
 * @param factor a whole number from 1 on
 * @param range the values of black (0) and of white (255)
 * @returns `ceil(width / factor)` x `ceil(height / factor)`
 */
export function imagePlanes(
  image: ByteImage,
  factor: number,
  range: readonly [black: number, white: number],
): FeatureMap {
  return imagePlanesSimd(image, factor, range) ?? imagePlanesReference(image, factor, range);
}

/** The definition. One channel after the other, so that only one of full size is in memory. */
export function imagePlanesReference(
  { width, height, data }: ByteImage,
  factor: number,
  [black, white]: readonly [black: number, white: number],
): FeatureMap {
  const [columns, rows] = [Math.ceil(width / factor), Math.ceil(height / factor)];
  const out = new Float32Array(3 * columns * rows);
  const channel = { channels: 1, width, height, data: new Float32Array(width * height) };
  for (let c = 0; c < 3; c++) {
    for (let i = 0, p = c; i < channel.data.length; i++, p += 3) channel.data[i] = data[p];
    out.set(resizePlanes(channel, columns, rows).data, c * columns * rows);
  }
  for (let i = 0; i < out.length; i++) out[i] = black + (out[i] * (white - black)) / 255;
  return { channels: 3, height: rows, width: columns, data: out };
}
