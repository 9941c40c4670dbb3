/**
 * How one axis is resampled: output `i` is the sum of `weights[offsets[i] + k] * input[starts[i] + k]` for
 * `k` below `offsets[i + 1] - offsets[i]`.
 */
export interface AxisTaps {
  readonly starts: Int32Array;
  readonly offsets: Int32Array;
  readonly weights: Float64Array;
}

/**
 * Taps from `from` to `to` samples under the half-pixel convention `x' = (x + 0.5) * s - 0.5`: linear
 * interpolation with the edge repeated where the axis grows or stays, and where it shrinks the mean over the
 * stretch of input that the output pixel covers (its end pixels count by the part covered).
 */
export function axisTaps(from: number, to: number): AxisTaps {
  return to < from ? areaTaps(from, to) : linearTaps(from, to);
}

function linearTaps(from: number, to: number): AxisTaps {
  const starts = new Int32Array(to);
  const offsets = Int32Array.from({ length: to + 1 }, (_, i) => i * 2);
  const weights = new Float64Array(to * 2);
  for (let i = 0; i < to; i++) {
    const position = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const start = Math.min(Math.floor(position), Math.max(from - 2, 0));
    starts[i] = start;
    weights[i * 2] = 1 - (position - start);
    weights[i * 2 + 1] = position - start;
  }
  return from > 1 ? { starts, offsets, weights } : constantTaps(to);
}

/** An axis of one sample has no neighbour to interpolate with. */
function constantTaps(to: number): AxisTaps {
  const offsets = Int32Array.from({ length: to + 1 }, (_, i) => i);
  return { starts: new Int32Array(to), offsets, weights: new Float64Array(to).fill(1) };
}

function areaTaps(from: number, to: number): AxisTaps {
  const starts = new Int32Array(to);
  const offsets = new Int32Array(to + 1);
  const weights: number[] = [];
  const ratio = from / to;
  for (let i = 0; i < to; i++) {
    // Bounds as quotients of integers: a ratio that is whole gives whole bounds, free of rounding.
    const begin = (i * from) / to;
    const end = ((i + 1) * from) / to;
    starts[i] = Math.floor(begin);
    for (let x = starts[i]; x < Math.min(Math.ceil(end), from); x++)
      weights.push((Math.min(x + 1, end) - Math.max(x, begin)) / ratio);
    offsets[i + 1] = weights.length;
  }
  return { starts, offsets, weights: Float64Array.from(weights) };
}
