import { resizePlanes } from '../../kernels/resample/index.ts';
import type { FeatureMap } from '../../kernels/types.ts';
import type { Image } from '../core/types.ts';

/**
 * Planes of an image that is shrunk by `factor`, each pixel the average over its area, without planes of the full size
 * in between.
 *
 * @param range the values of black and of white
 * @returns `ceil(width / factor)` x `ceil(height / factor)`
 */
export function shrinkImage(image: Image, factor: number, range: readonly [number, number]): FeatureMap {
  const even = image.width % factor === 0 && image.height % factor === 0;
  const average = !even ? averageAreas : factor === 2 ? averageQuads : averageSquares;
  const planes = average(image, factor);
  const [black, white] = range;
  const scale = (white - black) / 255;
  const { data } = planes;
  for (let i = 0; i < data.length; i++) data[i] = black + data[i] * scale;
  return planes;
}

/** Squares of 2 x 2 pixels, by far the most frequent case. */
function averageQuads({ width, height, data }: Image): FeatureMap {
  const [columns, rows] = [width / 2, height / 2];
  const out = new Float32Array(3 * columns * rows);
  const [red, green, blue] = [0, 1, 2].map((c) => out.subarray(c * columns * rows, (c + 1) * columns * rows));
  const stride = width * 3;
  for (let y = 0, o = 0; y < rows; y++)
    for (let p = y * 2 * stride, end = p + stride; p < end; p += 6, o++) {
      const q = p + stride;
      red[o] = (data[p] + data[p + 3] + data[q] + data[q + 3]) * 0.25;
      green[o] = (data[p + 1] + data[p + 4] + data[q + 1] + data[q + 4]) * 0.25;
      blue[o] = (data[p + 2] + data[p + 5] + data[q + 2] + data[q + 5]) * 0.25;
    }
  return { channels: 3, height: rows, width: columns, data: out };
}

/** Whole squares of pixels. */
function averageSquares({ width, height, data }: Image, factor: number): FeatureMap {
  const [columns, rows] = [width / factor, height / factor];
  const size = columns * rows;
  const out = new Float32Array(3 * size);
  const share = 1 / (factor * factor);
  for (let y = 0, o = 0; y < rows; y++)
    for (let x = 0; x < columns; x++, o++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let dy = 0; dy < factor; dy++) {
        let p = ((y * factor + dy) * width + x * factor) * 3;
        for (const end = p + factor * 3; p < end; p += 3) {
          red += data[p];
          green += data[p + 1];
          blue += data[p + 2];
        }
      }
      out[o] = red * share;
      out[o + size] = green * share;
      out[o + 2 * size] = blue * share;
    }
  return { channels: 3, height: rows, width: columns, data: out };
}

/** One channel after the other, so that only one of full size is in memory. */
function averageAreas({ width, height, data }: Image, factor: number): FeatureMap {
  const [columns, rows] = [Math.ceil(width / factor), Math.ceil(height / factor)];
  const out = new Float32Array(3 * columns * rows);
  const channel = { channels: 1, width, height, data: new Float32Array(width * height) };
  for (let c = 0; c < 3; c++) {
    for (let i = 0, p = c; i < channel.data.length; i++, p += 3) channel.data[i] = data[p];
    out.set(resizePlanes(channel, columns, rows).data, c * columns * rows);
  }
  return { channels: 3, height: rows, width: columns, data: out };
}
