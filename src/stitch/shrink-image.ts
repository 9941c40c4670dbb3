import type { Image } from '../core/types.ts';

/** The picture made so much smaller, in proportion, that it has at most `maxPixels`; itself where it has. */
export function shrinkImage(image: Image, maxPixels: number): Image {
  const factor = Math.sqrt(maxPixels / (image.width * image.height));
  if (factor >= 1) return image;
  const width = Math.max(1, Math.floor(image.width * factor));
  const height = Math.max(1, Math.floor(image.height * factor));
  return shrinkTo(image, width, height);
}

/** The picture at half its size, rounded up, each pixel the mean of those that it covers. */
export function halveImage(image: Image): Image {
  const { width, height, data } = image;
  if (width % 2 || height % 2) return shrinkTo(image, (width + 1) >> 1, (height + 1) >> 1);
  const out = new Uint8Array((width * height * 3) / 4);
  const row = width * 3;
  for (let y = 0, o = 0; y < height; y += 2)
    for (let x = 0, p = y * row; x < width; x += 2, p += 6)
      for (let q = p; q < p + 3; q++)
        out[o++] = (data[q] + data[q + 3] + data[q + row] + data[q + row + 3] + 2) >> 2;
  return { width: width / 2, height: height / 2, data: out };
}

/** Each new pixel is the mean of the area that it covers. */
function shrinkTo({ width, height, data }: Image, newWidth: number, newHeight: number): Image {
  const across = new Float32Array(newWidth * height * 3);
  const columns = coverage(width, newWidth);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < newWidth; x++) {
      const { first, weights } = columns[x];
      let [r, g, b] = [0, 0, 0];
      for (let k = 0; k < weights.length; k++) {
        const p = (y * width + first + k) * 3;
        r += weights[k] * data[p];
        g += weights[k] * data[p + 1];
        b += weights[k] * data[p + 2];
      }
      const o = (y * newWidth + x) * 3;
      across[o] = r;
      across[o + 1] = g;
      across[o + 2] = b;
    }
  const out = new Uint8Array(newWidth * newHeight * 3);
  const rows = coverage(height, newHeight);
  const stride = newWidth * 3;
  for (let y = 0; y < newHeight; y++) {
    const { first, weights } = rows[y];
    for (let i = 0; i < stride; i++) {
      let sum = 0.5;
      for (let k = 0; k < weights.length; k++) sum += weights[k] * across[(first + k) * stride + i];
      out[y * stride + i] = sum;
    }
  }
  return { width: newWidth, height: newHeight, data: out };
}

/** For each new cell the old cells that it covers and their shares, which sum to 1. */
function coverage(from: number, to: number): { first: number; weights: Float64Array }[] {
  const size = from / to;
  return Array.from({ length: to }, (_, i) => {
    const [start, end] = [i * size, Math.min(from, (i + 1) * size)];
    const first = Math.floor(start);
    const last = Math.min(from, Math.ceil(end - 1e-9));
    const weights = Float64Array.from({ length: last - first }, (__, k) =>
      Math.max(0, Math.min(end, first + k + 1) - Math.max(start, first + k)),
    );
    const total = weights.reduce((a, b) => a + b, 0);
    return { first, weights: weights.map((w) => w / total) };
  });
}
