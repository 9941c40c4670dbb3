import type { Image, Mask, Size } from '../../core/index.ts';

/** Pixels of the small image that masked parts are filled from. */
const SMALL_PIXELS = 0.05e6;

/** Colours in four numbers a pixel: their sums by weight, and the weight. */
interface Weighted extends Size {
  readonly data: Float32Array;
}

/** The image with smooth colours where its mask is 0, from what lies around (pull and push, Gortler et al. 1996). */
export function fillMasked(image: Image, mask: Mask): Image {
  const { width, height } = image;
  const [columns, rows] = [placesOf(width, mask.width), placesOf(height, mask.height)];
  const isMasked = (x: number, y: number): boolean => !mask.data[rows[y] * mask.width + columns[x]];
  const shrink = Math.min(1, Math.sqrt(SMALL_PIXELS / (width * height)));
  const size = { width: Math.ceil(width * shrink), height: Math.ceil(height * shrink) };
  const small = fill(sumUnmasked(image, isMasked, size));
  const data = image.data.slice();
  const colour = new Float32Array(4);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (isMasked(x, y)) {
        sample(
          small,
          ((x + 0.5) * size.width) / width - 0.5,
          ((y + 0.5) * size.height) / height - 0.5,
          colour,
        );
        for (let c = 0; c < 3; c++) data[(y * width + x) * 3 + c] = colour[c] / (colour[3] || 1) + 0.5;
      }
  return { width, height, data };
}

/** For each of `count` pixels the one of a line of `length` that covers the same. */
const placesOf = (count: number, length: number): Int32Array =>
  Int32Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * length) / count));

function sumUnmasked(
  { width, height, data }: Image,
  isMasked: (x: number, y: number) => boolean,
  size: Size,
): Weighted {
  const sums = new Float32Array(size.width * size.height * 4);
  const [columns, rows] = [placesOf(width, size.width), placesOf(height, size.height)];
  for (let y = 0, k = 0; y < height; y++)
    for (let x = 0; x < width; x++, k += 3) {
      if (isMasked(x, y)) continue;
      const o = 4 * (rows[y] * size.width + columns[x]);
      for (let c = 0; c < 3; c++) sums[o + c] += data[k + c];
      sums[o + 3]++;
    }
  return { ...size, data: sums };
}

/** Weights of 1 all over: where there is none the colour comes from the image at half the size. */
function fill(image: Weighted): Weighted {
  const { width, height } = image;
  const data = normalize(image.data);
  if (!data.some((_, i) => i % 4 === 3 && data[i] === 0) || (width === 1 && height === 1))
    return { ...image, data };
  const coarse = fill(halve({ ...image, data }));
  const colour = new Float32Array(4);
  for (let y = 0, k = 0; y < height; y++)
    for (let x = 0; x < width; x++, k += 4) {
      if (data[k + 3]) continue;
      sample(coarse, (x + 0.5) / 2 - 0.5, (y + 0.5) / 2 - 0.5, colour);
      data.set(colour, k);
    }
  return { ...image, data };
}

/** Weights above 0 become 1. */
function normalize(sums: Float32Array): Float32Array {
  const data = sums.slice();
  for (let k = 0; k < data.length; k += 4)
    if (data[k + 3]) for (let c = 0; c < 4; c++) data[k + c] = c < 3 ? sums[k + c] / sums[k + 3] : 1;
  return data;
}

function halve({ width, height, data }: Weighted): Weighted {
  const size = { width: (width + 1) >> 1, height: (height + 1) >> 1 };
  const sums = new Float32Array(size.width * size.height * 4);
  for (let y = 0, k = 0; y < height; y++)
    for (let x = 0; x < width; x++, k += 4) {
      const o = 4 * ((y >> 1) * size.width + (x >> 1));
      for (let c = 0; c < 4; c++) sums[o + c] += data[k + c];
    }
  return { ...size, data: sums };
}

/** Between the four nearest pixels, the edges repeated. */
function sample({ width, height, data }: Weighted, x: number, y: number, out: Float32Array): void {
  const [px, py] = [Math.max(0, Math.min(width - 1, x)), Math.max(0, Math.min(height - 1, y))];
  const [i, j] = [Math.floor(px), Math.floor(py)];
  const [fx, fy] = [px - i, py - j];
  const right = i < width - 1 ? 4 : 0;
  const k = 4 * (j * width + i);
  const below = j < height - 1 ? k + 4 * width : k;
  for (let c = 0; c < 4; c++) {
    const upper = data[k + c] * (1 - fx) + data[k + right + c] * fx;
    out[c] = upper * (1 - fy) + (data[below + c] * (1 - fx) + data[below + right + c] * fx) * fy;
  }
}
