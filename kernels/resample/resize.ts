import type { FeatureMap } from '../types.ts';
import { axisTaps } from './axis.ts';
import type { AxisTaps } from './axis.ts';
import { averageSquares } from './box.ts';
import { enlargePlanes } from './enlarge.ts';

/**
 * Resizes every plane to `width` x `height` under the half-pixel convention `x' = (x + 0.5) * s - 0.5`. Each
 * axis by itself: linear with the edge repeated where it grows (PyTorch's `interpolate(mode='bilinear',
 * align_corners=False)`), the exact box filter where it shrinks, at any ratio (OpenCV's `INTER_AREA`).
 *
 * @param width columns of the result, 1 or more
 * @param height rows of the result, 1 or more
 * @example
 * import { resizePlanes } from 'whither/kernels';
 *
 * const half = resizePlanes(mapA, mapA.width / 2, mapA.height / 2);
 */
export function resizePlanes(planes: FeatureMap, width: number, height: number): FeatureMap {
  const { channels, data } = planes;
  checkSizes(planes, width, height);
  if (width === planes.width && height === planes.height)
    return { channels, height, width, data: data.slice() };
  const factor = planes.width / width;
  if (factor > 1 && Number.isInteger(factor) && planes.height === height * factor)
    return averageSquares(planes, factor);
  if (width >= planes.width && height >= planes.height) return enlargePlanes(planes, width, height);
  const out = new Float32Array(channels * height * width);
  const horizontal = axisTaps(planes.width, width);
  const vertical = axisTaps(planes.height, height);
  // Whichever order passes fewer values on to the second step.
  const rowsFirst = planes.height * width <= height * planes.width;
  const between = new Float32Array(rowsFirst ? planes.height * width : height * planes.width);
  for (let c = 0; c < channels; c++) {
    const input = data.subarray(c * planes.height * planes.width, (c + 1) * planes.height * planes.width);
    const output = out.subarray(c * height * width, (c + 1) * height * width);
    if (rowsFirst) {
      resizeRows(input, planes.width, planes.height, horizontal, width, between);
      resizeColumns(between, width, vertical, height, output);
    } else {
      resizeColumns(input, planes.width, vertical, height, between);
      resizeRows(between, planes.width, height, horizontal, width, output);
    }
  }
  return { channels, height, width, data: out };
}

/** Resamples along x: `rows` rows of `from` values become rows of `to` values. */
function resizeRows(
  input: Float32Array,
  from: number,
  rows: number,
  taps: AxisTaps,
  to: number,
  output: Float32Array,
): void {
  const { starts, offsets, weights } = taps;
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < to; x++) {
      let sum = 0;
      let i = y * from + starts[x];
      for (let k = offsets[x]; k < offsets[x + 1]; k++) sum += weights[k] * input[i++];
      output[y * to + x] = sum;
    }
}

/** Resamples along y, whole rows at a time: the weights are the same all along a row. */
function resizeColumns(
  input: Float32Array,
  width: number,
  taps: AxisTaps,
  to: number,
  output: Float32Array,
): void {
  const { starts, offsets, weights } = taps;
  const sums = new Float64Array(width);
  for (let y = 0; y < to; y++) {
    sums.fill(0);
    let i = starts[y] * width;
    for (let k = offsets[y]; k < offsets[y + 1]; k++) {
      const weight = weights[k];
      for (let x = 0; x < width; x++) sums[x] += weight * input[i++];
    }
    output.set(sums, y * width);
  }
}

function checkSizes(planes: FeatureMap, width: number, height: number): void {
  const { channels, data } = planes;
  const values = channels * planes.height * planes.width;
  if (data.length !== values)
    throw new RangeError(
      `Expected ${values} values for a map of ${planes.width} x ${planes.height} with ${channels} channels ` +
        `but received ${data.length}`,
    );
  const whole = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
  if (!whole) throw new RangeError(`Expected a size of at least 1 x 1 but received ${width} x ${height}`);
}
