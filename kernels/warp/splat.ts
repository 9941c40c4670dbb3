/** What a forward warp takes: values interleaved by pixel, row by row. */
export interface SplatInput {
  readonly width: number;
  readonly height: number;
  /** Values a pixel. */
  readonly channels: number;
  /** `height * width * channels` values. */
  readonly values: Float32Array | Uint8Array;
  /** `height * width * 2` values in pixels, u and v interleaved; pixels with NaN are left out. */
  readonly flow: Float32Array;
  /** Linear weight of each pixel, 0 or more; 0 leaves the pixel out. All 1 where absent. */
  readonly weights?: Float32Array;
  /** Importance Z of each pixel: it counts `exp(Z)` times, as softmax splatting has it. All 0 where absent. */
  readonly importance?: Float32Array;
}

/** What a forward warp gives: weighted means, and how much of each pixel was covered. */
export interface SplatOutput {
  /** `height * width * channels` weighted means; 0 where nothing landed. */
  readonly values: Float32Array;
  /** `height * width` sums of the bilinear shares that landed, weights apart; 1 under a translation. */
  readonly coverage: Float32Array;
}

/**
 * Forward warp by splatting: every pixel is spread over the four pixels around (x + u, y + v) by its bilinear
 * share b, and what lands on a pixel is averaged by `b * weight * exp(importance)` (softmax splatting,
 * Niklaus and Liu 2020, equation 6; without importance their average splatting, equation 4).
 *
 * @example
 * import { splatForward } from 'whither/kernels';
 *
 * const { width, height, data } = imageA;
 * const planar = new Float32Array(2 * width * height);
 * const { values, coverage } = splatForward({ width, height, channels: 3, values: data, flow: planar });
 */
export function splatForward(input: SplatInput): SplatOutput {
  checkLengths(input);
  const pixels = input.width * input.height;
  // Sums of one pixel lie together, values first, then weight, then share: one cache line for each landing.
  const sums = new Float32Array(pixels * (input.channels + 2));
  const gains = sourceGains(input);
  if (gains) depositAll(input, gains, sums);
  else depositByPeaks(input, sums);
  return finish(sums, pixels, input.channels);
}

/** Adds every pixel, times its gain, to the sums of the pixels that it touches. */
function depositAll(input: SplatInput, gains: Float32Array, sums: Float32Array): void {
  const { width, height, channels, values, flow } = input;
  const stride = channels + 2;
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const gain = gains[i];
      if (!(gain > 0)) continue;
      const sx = x + flow[i * 2];
      const sy = y + flow[i * 2 + 1];
      const from = i * channels;
      if (!(sx >= 0 && sx < width - 1 && sy >= 0 && sy < height - 1)) {
        depositAtBorder(input, i, sx, sy, gain, sums);
        continue;
      }
      // Coordinates are positive here, so dropping the fraction is rounding down.
      const x0 = sx | 0;
      const y0 = sy | 0;
      const fx = sx - x0;
      const fy = sy - y0;
      const at = (y0 * width + x0) * stride;
      const below = at + width * stride;
      deposit(sums, at, (1 - fx) * (1 - fy), gain, values, from, channels);
      deposit(sums, at + stride, fx * (1 - fy), gain, values, from, channels);
      deposit(sums, below, (1 - fx) * fy, gain, values, from, channels);
      deposit(sums, below + stride, fx * fy, gain, values, from, channels);
    }
}

/** A function of its own: a closure inside the hot loop would cost it a context for every pixel. */
function depositAtBorder(
  { width, height, channels, values }: SplatInput,
  source: number,
  sx: number,
  sy: number,
  gain: number,
  sums: Float32Array,
): void {
  forEachLanding(sx, sy, width, height, (target, share) => {
    deposit(sums, target * (channels + 2), share, gain, values, source * channels, channels);
  });
}

function deposit(
  sums: Float32Array,
  at: number,
  share: number,
  gain: number,
  values: Float32Array | Uint8Array,
  from: number,
  channels: number,
): void {
  const part = share * gain;
  for (let c = 0; c < channels; c++) sums[at + c] += part * values[from + c];
  sums[at + channels] += part;
  sums[at + channels + 1] += share;
}

/** Calls back for each of the pixels around (sx, sy) that lie inside, with its bilinear share above 0. */
function forEachLanding(
  sx: number,
  sy: number,
  width: number,
  height: number,
  land: (target: number, share: number) => void,
): void {
  // NaN fails every comparison below and so lands nowhere.
  for (let y = Math.max(Math.floor(sy), 0); y <= Math.min(Math.ceil(sy), height - 1); y++)
    for (let x = Math.max(Math.floor(sx), 0); x <= Math.min(Math.ceil(sx), width - 1); x++)
      land(y * width + x, (1 - Math.abs(sx - x)) * (1 - Math.abs(sy - y)));
}

/** Beyond this range of importance, exp of the differences would leave the numbers of float32. */
const COMMON_RANGE = 60;

/**
 * `weight * exp(importance)` of each pixel relative to the largest importance of all, which only scales sums
 * that are divided by each other; undefined where importance spreads too far for one common scale.
 */
function sourceGains({ width, height, weights, importance }: SplatInput): Float32Array | undefined {
  const gains = weights ?? new Float32Array(width * height).fill(1);
  if (!importance) return gains;
  let least = Infinity;
  let greatest = -Infinity;
  for (let i = 0; i < importance.length; i++) {
    if (!(gains[i] > 0)) continue;
    if (importance[i] < least) least = importance[i];
    if (importance[i] > greatest) greatest = importance[i];
  }
  if (greatest - least > COMMON_RANGE) return undefined;
  const weighted = new Float32Array(gains.length);
  for (let i = 0; i < gains.length; i++)
    if (gains[i] > 0) weighted[i] = gains[i] * Math.exp(importance[i] - greatest);
  return weighted;
}

/**
 * The same where no common scale does: each target has its own, the largest importance that lands there.
 * Slower by a pass and an exponential for each landing.
 */
function depositByPeaks(input: SplatInput, sums: Float32Array): void {
  const { width, height, channels, values, flow, weights } = input;
  const importance = input.importance!;
  const peaks = new Float32Array(width * height).fill(-Infinity);
  const forEach = (land: (source: number, target: number, share: number) => void): void => {
    for (let y = 0, i = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++) {
        const source = i;
        if (weights && !(weights[i] > 0)) continue;
        forEachLanding(x + flow[i * 2], y + flow[i * 2 + 1], width, height, (target, share) => {
          land(source, target, share);
        });
      }
  };
  forEach((source, target) => {
    peaks[target] = Math.max(peaks[target], importance[source]);
  });
  forEach((source, target, share) => {
    const gain = (weights ? weights[source] : 1) * Math.exp(importance[source] - peaks[target]);
    deposit(sums, target * (channels + 2), share, gain, values, source * channels, channels);
  });
}

function finish(sums: Float32Array, pixels: number, channels: number): SplatOutput {
  const stride = channels + 2;
  const values = new Float32Array(pixels * channels);
  const coverage = new Float32Array(pixels);
  for (let i = 0; i < pixels; i++) {
    const total = sums[i * stride + channels];
    coverage[i] = sums[i * stride + channels + 1];
    if (total === 0) continue;
    for (let c = 0; c < channels; c++) values[i * channels + c] = sums[i * stride + c] / total;
  }
  return { values, coverage };
}

function checkLengths({ width, height, channels, values, flow, weights, importance }: SplatInput): void {
  const pixels = width * height;
  const wrong = (name: string, wanted: number, received: number): RangeError =>
    new RangeError(`Expected ${wanted} ${name} for ${width} x ${height} but received ${received}`);
  if (values.length !== pixels * channels) throw wrong('values', pixels * channels, values.length);
  if (flow.length !== pixels * 2) throw wrong('flow values', pixels * 2, flow.length);
  if (weights && weights.length !== pixels) throw wrong('weights', pixels, weights.length);
  if (importance && importance.length !== pixels) throw wrong('importances', pixels, importance.length);
}
