/**
 * Images halved and doubled for pyramids (Burt and Adelson 1983), with weights 1, 4, 6, 4, 1 of 16 and edges
 * repeated. Channels are interleaved; widths and heights that are halved must be even.
 */

/** Half the size: pixel (x, y) of the result is centred on (2x, 2y). */
export function halve(source: Float32Array, width: number, height: number, channels: number): Float32Array {
  const [w, h] = [width >> 1, height >> 1];
  const stride = w * channels;
  const across = new Float32Array(stride * height);
  for (let y = 0; y < height; y++)
    for (let k = 0; k < channels; k++)
      halveRow(source, y * width * channels + k, width, across, y * stride + k, channels);
  const out = new Float32Array(stride * h);
  for (let y = 0; y < h; y++) {
    const c = 2 * y * stride;
    const a = y > 0 ? c - 2 * stride : c;
    const b = y > 0 ? c - stride : c;
    const d = c + stride;
    const e = 2 * y + 2 < height ? c + 2 * stride : d;
    for (let i = 0; i < stride; i++)
      out[y * stride + i] =
        (across[a + i] + across[e + i] + 4 * (across[b + i] + across[d + i]) + 6 * across[c + i]) * 0.0625;
  }
  return out;
}

/** One channel of one row; `n` values lie between neighbours. */
function halveRow(
  source: Float32Array,
  from: number,
  width: number,
  out: Float32Array,
  to: number,
  n: number,
): void {
  const last = (width >> 1) - 1;
  const [first, second] = [source[from], source[from + n]];
  const third = width > 2 ? source[from + 2 * n] : second;
  out[to] = (11 * first + 4 * second + third) * 0.0625;
  let c = from + 2 * n;
  let o = to + n;
  for (let x = 1; x < last; x++, c += 2 * n, o += n)
    out[o] =
      (source[c - 2 * n] + source[c + 2 * n] + 4 * (source[c - n] + source[c + n]) + 6 * source[c]) * 0.0625;
  if (last > 0)
    out[o] =
      (source[c - 2 * n] + source[c + n] + 4 * (source[c - n] + source[c + n]) + 6 * source[c]) * 0.0625;
}

/** Twice the size, the inverse of {@link halve} for smooth images; `width` and `height` are those of `source`. */
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
      tall[even + i] = (source[up + i] + 6 * middle + below) * 0.125;
      tall[even + stride + i] = (middle + below) * 0.5;
    }
  }
  const out = new Float32Array(stride * height * 4);
  for (let y = 0; y < height * 2; y++)
    for (let k = 0; k < channels; k++)
      doubleRow(tall, y * stride + k, width, out, 2 * y * stride + k, channels);
  return out;
}

function doubleRow(
  source: Float32Array,
  from: number,
  width: number,
  out: Float32Array,
  to: number,
  n: number,
): void {
  let left = source[from];
  let middle = left;
  for (let x = 0, c = from, o = to; x < width; x++, c += n, o += 2 * n) {
    const right = x < width - 1 ? source[c + n] : middle;
    out[o] = (left + 6 * middle + right) * 0.125;
    out[o + n] = (middle + right) * 0.5;
    left = middle;
    middle = right;
  }
}

/** Weights 1, 2, 1 of 4 along both directions, of three channels. */
export function smooth(source: Float32Array | Uint8Array, width: number, height: number): Float32Array {
  const stride = width * 3;
  const across = new Float32Array(source.length);
  for (let y = 0; y < height; y++)
    for (let i = 0, k = y * stride; i < stride; i++, k++) {
      const left = i >= 3 ? k - 3 : k;
      const right = i < stride - 3 ? k + 3 : k;
      across[k] = (source[left] + 2 * source[k] + source[right]) * 0.25;
    }
  const out = new Float32Array(source.length);
  for (let y = 0; y < height; y++) {
    const up = y > 0 ? -stride : 0;
    const down = y < height - 1 ? stride : 0;
    for (let k = y * stride; k < (y + 1) * stride; k++)
      out[k] = (across[k + up] + 2 * across[k] + across[k + down]) * 0.25;
  }
  return out;
}
