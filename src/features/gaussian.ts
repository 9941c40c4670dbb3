import type { Grey } from './types.ts';

/** A Gaussian's weights, of sum 1, out to four standard deviations. */
export function gaussianKernel(sigma: number): Float32Array {
  const radius = Math.max(1, Math.round(sigma * 4));
  const out = new Float32Array(2 * radius + 1);
  let sum = 0;
  for (let i = -radius; i <= radius; i++) sum += out[i + radius] = Math.exp(-(i * i) / (2 * sigma * sigma));
  return out.map((value) => value / sum);
}

/** An index beyond the border, mirrored without repeating the border itself. */
function mirror(i: number, size: number): number {
  if (size === 1) return 0;
  while (i < 0 || i >= size) i = i < 0 ? -i : 2 * (size - 1) - i;
  return i;
}

/**
 * Blurs with a Gaussian; beyond the border the picture is its own mirror image.
 *
 * @param sigma standard deviation in pixels; 0 or less copies
 */
export function blurGaussian({ width, height, data }: Grey, sigma: number): Grey {
  if (!(sigma > 0)) return { width, height, data: data.slice() };
  const kernel = gaussianKernel(sigma);
  const across = new Float32Array(width * height);
  for (let y = 0; y < height; y++) blurRow(data, across, y * width, width, kernel);
  return { width, height, data: blurColumns(across, width, height, kernel) };
}

function blurRow(
  input: Float32Array,
  out: Float32Array,
  at: number,
  width: number,
  kernel: Float32Array,
): void {
  const radius = kernel.length >> 1;
  const line = new Float32Array(width + 2 * radius);
  for (let x = -radius; x < width + radius; x++) line[x + radius] = input[at + mirror(x, width)];
  const middle = kernel[radius];
  for (let x = 0; x < width; x++) {
    const center = x + radius;
    let sum = middle * line[center];
    for (let k = 1; k <= radius; k++) sum += kernel[radius + k] * (line[center - k] + line[center + k]);
    out[at + x] = sum;
  }
}

/** Row after row, so that memory is read in its order. */
function blurColumns(input: Float32Array, width: number, height: number, kernel: Float32Array): Float32Array {
  const radius = kernel.length >> 1;
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++) out[row + x] = kernel[radius] * input[row + x];
    for (let k = 1; k <= radius; k++) {
      const weight = kernel[radius + k];
      const above = mirror(y - k, height) * width;
      const below = mirror(y + k, height) * width;
      for (let x = 0; x < width; x++) out[row + x] += weight * (input[above + x] + input[below + x]);
    }
  }
  return out;
}

/**
 * Twice as many pixels each way: pixel `i` lies where pixel `i / 2` was, by linear interpolation, so that coordinates
 * are just doubled.
 */
export function doubleSize({ width, height, data }: Grey): Grey {
  const [w, h] = [2 * width, 2 * height];
  const out = new Float32Array(w * h);
  for (let y = 0; y < h; y++) {
    const top = (y >> 1) * width;
    const bottom = y & 1 ? Math.min((y >> 1) + 1, height - 1) * width : top;
    for (let x = 0; x < width; x++) {
      const next = Math.min(x + 1, width - 1);
      const here = (data[top + x] + data[bottom + x]) / 2;
      out[y * w + 2 * x] = here;
      out[y * w + 2 * x + 1] = (here + (data[top + next] + data[bottom + next]) / 2) / 2;
    }
  }
  return { width: w, height: h, data: out };
}

/** Every second pixel each way, the first among them: coordinates are halved. */
export function halveSize({ width, height, data }: Grey): Grey {
  const [w, h] = [(width + 1) >> 1, (height + 1) >> 1];
  const out = new Float32Array(w * h);
  for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) out[y * w + x] = data[2 * y * width + 2 * x];
  return { width: w, height: h, data: out };
}
