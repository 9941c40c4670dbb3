/**
 * Pictures halved and doubled for pyramids (Burt and Adelson 1983), with weights 1, 4, 6, 4, 1 of 16 and edges
 * repeated. Channels are interleaved; widths and heights that are halved must be even.
 */

/** Half the size: pixel (x, y) of the result is centred on (2x, 2y). */
export function halve(source: Float32Array, width: number, height: number, channels: number): Float32Array {
  const [w, h] = [width >> 1, height >> 1];
  const across = new Float32Array(w * height * channels);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < w; x++) {
      const row = y * width;
      const c = (row + 2 * x) * channels;
      const a = x > 0 ? c - 2 * channels : c;
      const b = x > 0 ? c - channels : c;
      const d = c + channels;
      const e = 2 * x + 2 < width ? c + 2 * channels : d;
      const o = (y * w + x) * channels;
      for (let k = 0; k < channels; k++)
        across[o + k] =
          (source[a + k] + source[e + k] + 4 * (source[b + k] + source[d + k]) + 6 * source[c + k]) / 16;
    }
  const out = new Float32Array(w * h * channels);
  const stride = w * channels;
  for (let y = 0; y < h; y++) {
    const c = 2 * y * stride;
    const a = y > 0 ? c - 2 * stride : c;
    const b = y > 0 ? c - stride : c;
    const d = c + stride;
    const e = 2 * y + 2 < height ? c + 2 * stride : d;
    for (let i = 0; i < stride; i++)
      out[y * stride + i] =
        (across[a + i] + across[e + i] + 4 * (across[b + i] + across[d + i]) + 6 * across[c + i]) / 16;
  }
  return out;
}

/** Twice the size, the inverse of {@link halve} for smooth pictures; `width` and `height` are those of `source`. */
export function double(source: Float32Array, width: number, height: number, channels: number): Float32Array {
  const stride = width * channels;
  const tall = new Float32Array(stride * height * 2);
  for (let y = 0; y < height; y++) {
    const c = y * stride;
    const up = y > 0 ? c - stride : c;
    const down = y < height - 1 ? c + stride : c;
    const even = 2 * y * stride;
    for (let i = 0; i < stride; i++) {
      const middle = source[c + i];
      const below = source[down + i];
      tall[even + i] = (source[up + i] + 6 * middle + below) / 8;
      tall[even + stride + i] = (middle + below) / 2;
    }
  }
  const out = new Float32Array(stride * height * 4);
  for (let y = 0; y < height * 2; y++)
    for (let x = 0; x < width; x++) {
      const c = y * stride + x * channels;
      const left = x > 0 ? c - channels : c;
      const right = x < width - 1 ? c + channels : c;
      const o = y * stride * 2 + x * 2 * channels;
      for (let k = 0; k < channels; k++) {
        const middle = tall[c + k];
        const next = tall[right + k];
        out[o + k] = (tall[left + k] + 6 * middle + next) / 8;
        out[o + channels + k] = (middle + next) / 2;
      }
    }
  return out;
}
