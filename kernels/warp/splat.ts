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
 */
export function splatForward(input: SplatInput): SplatOutput {
  const { width, height, channels, values, flow, weights, importance } = input;
  checkLengths(input);
  const sums = new Float32Array(width * height * channels);
  const total = new Float32Array(width * height);
  const coverage = new Float32Array(width * height);
  // exp(Z) overflows, but only differences matter: relative to the largest Z that lands on the same pixel.
  const peak = importance ? splatMaximum(input, importance) : undefined;
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const weight = weights ? weights[i] : 1;
      const sx = x + flow[i * 2];
      const sy = y + flow[i * 2 + 1];
      if (!(weight > 0 && sx > -1 && sx < width && sy > -1 && sy < height)) continue;
      const lastX = Math.min(Math.ceil(sx), width - 1);
      const lastY = Math.min(Math.ceil(sy), height - 1);
      for (let ty = Math.max(Math.floor(sy), 0); ty <= lastY; ty++)
        for (let tx = Math.max(Math.floor(sx), 0); tx <= lastX; tx++) {
          const share = (1 - Math.abs(sx - tx)) * (1 - Math.abs(sy - ty));
          const target = ty * width + tx;
          const part = share * weight * (peak ? Math.exp(importance![i] - peak[target]) : 1);
          coverage[target] += share;
          total[target] += part;
          for (let c = 0; c < channels; c++) sums[target * channels + c] += part * values[i * channels + c];
        }
    }
  divide(sums, total, channels);
  return { values: sums, coverage };
}

/** The largest importance that lands on each pixel with any share at all. */
function splatMaximum({ width, height, flow, weights }: SplatInput, importance: Float32Array): Float32Array {
  const peak = new Float32Array(width * height).fill(-Infinity);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      const sx = x + flow[i * 2];
      const sy = y + flow[i * 2 + 1];
      if (!(sx > -1 && sx < width && sy > -1 && sy < height) || (weights && !(weights[i] > 0))) continue;
      const lastX = Math.min(Math.ceil(sx), width - 1);
      const lastY = Math.min(Math.ceil(sy), height - 1);
      for (let ty = Math.max(Math.floor(sy), 0); ty <= lastY; ty++)
        for (let tx = Math.max(Math.floor(sx), 0); tx <= lastX; tx++)
          if (importance[i] > peak[ty * width + tx]) peak[ty * width + tx] = importance[i];
    }
  return peak;
}

function divide(sums: Float32Array, total: Float32Array, channels: number): void {
  for (let i = 0; i < total.length; i++) {
    if (total[i] === 0) continue;
    for (let c = i * channels; c < (i + 1) * channels; c++) sums[c] /= total[i];
  }
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
