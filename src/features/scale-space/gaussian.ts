import { blurSeparable } from '../../../kernels/blur/index.ts';
import type { Grey } from '../types.ts';

/** The middle and one side of a Gaussian's weights, of sum 1, out to four standard deviations. */
export function gaussianHalf(sigma: number): Float32Array {
  const radius = Math.max(1, Math.round(sigma * 4));
  const out = Float32Array.from({ length: radius + 1 }, (_, i) => Math.exp(-(i * i) / (2 * sigma * sigma)));
  const sum = 2 * out.reduce((total, value) => total + value, 0) - out[0];
  return out.map((value) => value / sum);
}

/**
 * Blurs with a Gaussian; beyond the border the image is its own mirror image.
 *
 * @param sigma standard deviation in pixels; 0 or less copies
 * @param out where the result goes; defaults to a new array
 */
export function blurGaussian({ width, height, data }: Grey, sigma: number, out?: Float32Array): Grey {
  if (!(sigma > 0)) return { width, height, data: data.slice() };
  return { width, height, data: blurSeparable(data, width, height, gaussianHalf(sigma), out) };
}

/**
 * Twice as many pixels each way: pixel `i` lies where pixel `i / 2` was, by linear interpolation, so that coordinates
 * are just doubled.
 *
 * @param out where the result goes; defaults to a new array
 */
export function doubleSize(
  { width, height, data }: Grey,
  out: Float32Array = new Float32Array(4 * width * height),
): Grey {
  for (let y = 0; y < 2 * height; y++) {
    const top = (y >> 1) * width;
    const bottom = Math.min((y + 1) >> 1, height - 1) * width;
    doubleRow(data, top, bottom, out, 2 * y * width, width);
  }
  return { width: 2 * width, height: 2 * height, data: out };
}

/** The mean of two rows, with a value between each two. */
function doubleRow(
  data: Float32Array,
  top: number,
  bottom: number,
  out: Float32Array,
  to: number,
  width: number,
): void {
  let here = (data[top] + data[bottom]) / 2;
  for (let x = 1; x < width; x++, to += 2) {
    const next = (data[top + x] + data[bottom + x]) / 2;
    out[to] = here;
    out[to + 1] = (here + next) / 2;
    here = next;
  }
  out[to] = here;
  out[to + 1] = here;
}

/**
 * Every second pixel each way, the first among them: coordinates are halved.
 *
 * @param out where the result goes; defaults to a new array
 */
export function halveSize(
  { width, height, data }: Grey,
  out: Float32Array = new Float32Array(((width + 1) >> 1) * ((height + 1) >> 1)),
): Grey {
  const [w, h] = [(width + 1) >> 1, (height + 1) >> 1];
  for (let y = 0; y < h; y++) halveRow(data, 2 * y * width, out, y * w, w);
  return { width: w, height: h, data: out };
}

function halveRow(data: Float32Array, from: number, out: Float32Array, to: number, count: number): void {
  for (let x = 0; x < count; x++) out[to + x] = data[from + 2 * x];
}
