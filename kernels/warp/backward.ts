import type { FeatureMap } from '../types.ts';
import { warpWindowSimd } from './simd.ts';
import type { WarpWindow } from './types.ts';

/**
 * Samples `planes` where the flow points: `out[c, y, x] = planes[c](x + u, y + v)`, bilinear between pixel
 * centres; corners of a cell that lie outside the map count as zero. It equals PyTorch's
 * `grid_sample(mode='bilinear', padding_mode='zeros', align_corners=True)` on pixel coordinates, the warp of
 * PWC-Net (Sun 2018, section 3) without its mask.
 *
 * @param planes the map to carry back, with finite values
 * @param flow `height * width * 2` values in cells of the map, u and v interleaved; NaN counts as outside
 * @param out receives the values (`channels * height * width`) instead of a new array; not `planes.data`
 * @example
 * import { warpBackward } from 'whither/kernels';
 *
 * const shift = new Float32Array(2 * mapB.height * mapB.width).fill(1);
 * const moved = warpBackward(mapB, shift); // out(x, y) = mapB(x + 1, y + 1)
 */
export function warpBackward(
  planes: FeatureMap,
  flow: Float32Array,
  out: Float32Array = new Float32Array(planes.data.length),
): FeatureMap {
  const { height, width } = planes;
  return warpWindow(planes, flow, { left: 0, top: 0, width, height }, out);
}

/**
 * As `warpBackward`, for the flow of a window of the map alone:
 * `out[c, y, x] = planes[c](left + x + u, top + y + v)`.
 *
 * @param flow `window.height * window.width * 2` values in cells of the map, u and v interleaved
 * @param out receives `channels * window.height * window.width` values; not `planes.data`
 * @example
 * import { warpWindow } from 'whither/kernels';
 *
 * const window = { left: 8, top: 4, width: 16, height: 16 };
 * const moved = warpWindow(mapB, new Float32Array(2 * 16 * 16), window);
 */
export function warpWindow(
  planes: FeatureMap,
  flow: Float32Array,
  window: WarpWindow,
  out: Float32Array = new Float32Array(planes.channels * window.height * window.width),
): FeatureMap {
  const { channels } = planes;
  const { height, width } = window;
  checkLengths(planes, flow, window, out);
  if (!warpWindowSimd(planes, flow, window, out)) warpWindowPlain(planes, flow, window, out);
  return { channels, height, width, data: out };
}

/** The same without SIMD. */
function warpWindowPlain(
  planes: FeatureMap,
  flow: Float32Array,
  window: WarpWindow,
  out: Float32Array,
): void {
  const { channels } = planes;
  const { height, width } = window;
  const taps = createTaps(width);
  for (let y = 0; y < height; y++) {
    locate(taps, flow, y, window, planes);
    for (let c = 0; c < channels; c++) sampleRow(taps, planes, c, out, (c * height + y) * width);
  }
}

/** Where the samples of one row lie: the index of the top-left corner and the weights of the four corners. */
interface Taps {
  readonly index: Int32Array;
  readonly topLeft: Float64Array;
  readonly topRight: Float64Array;
  readonly bottomLeft: Float64Array;
  readonly bottomRight: Float64Array;
}

function createTaps(width: number): Taps {
  const weights = (): Float64Array => new Float64Array(width);
  return {
    index: new Int32Array(width),
    topLeft: weights(),
    topRight: weights(),
    bottomLeft: weights(),
    bottomRight: weights(),
  };
}

/** Fills the taps of row `y` of the window. */
function locate(
  taps: Taps,
  flow: Float32Array,
  y: number,
  window: WarpWindow,
  { width, height }: FeatureMap,
): void {
  const { index, topLeft, topRight, bottomLeft, bottomRight } = taps;
  const { left, top } = window;
  for (let x = 0, i = y * window.width * 2; x < window.width; x++, i += 2) {
    const sx = left + x + flow[i];
    const sy = top + y + flow[i + 1];
    if (!(sx >= 0 && sx < width - 1 && sy >= 0 && sy < height - 1)) {
      locateAtBorder(taps, x, sx, sy, width, height);
      continue;
    }
    // Coordinates are positive here, so dropping the fraction is rounding down.
    const x0 = sx | 0;
    const y0 = sy | 0;
    const fx = sx - x0;
    const fy = sy - y0;
    index[x] = y0 * width + x0;
    topLeft[x] = (1 - fy) * (1 - fx);
    topRight[x] = (1 - fy) * fx;
    bottomLeft[x] = fy * (1 - fx);
    bottomRight[x] = fy * fx;
  }
}

/**
 * Samples with corners outside the map. The 2 x 2 cell is moved inside, so that the loop over the channels
 * needs no test; a corner's weight is the tent around it, which is right wherever the cell is.
 */
function locateAtBorder(taps: Taps, x: number, sx: number, sy: number, width: number, height: number): void {
  const inside = sx > -1 && sx < width && sy > -1 && sy < height;
  const cellX = inside ? Math.min(Math.max(Math.floor(sx), 0), Math.max(width - 2, 0)) : 0;
  const cellY = inside ? Math.min(Math.max(Math.floor(sy), 0), Math.max(height - 2, 0)) : 0;
  const left = inside ? tent(sx - cellX) : 0;
  const top = inside ? tent(sy - cellY) : 0;
  // A map of one column or row has no second corner.
  const right = inside && width > 1 ? tent(sx - cellX - 1) : 0;
  const bottom = inside && height > 1 ? tent(sy - cellY - 1) : 0;
  taps.index[x] = cellY * width + cellX;
  taps.topLeft[x] = top * left;
  taps.topRight[x] = top * right;
  taps.bottomLeft[x] = bottom * left;
  taps.bottomRight[x] = bottom * right;
}

/** The bilinear weight of a corner at this distance along one axis. */
function tent(distance: number): number {
  return Math.max(0, 1 - Math.abs(distance));
}

/** Row by row and channel inside, so that reads and writes stay in the cache whatever the channel count. */
function sampleRow(taps: Taps, planes: FeatureMap, channel: number, out: Float32Array, start: number): void {
  const { width, height, data } = planes;
  const { index, topLeft, topRight, bottomLeft, bottomRight } = taps;
  const samples = index.length;
  const plane = channel * height * width;
  const right = width > 1 ? 1 : 0;
  const down = height > 1 ? width : 0;
  for (let x = 0; x < samples; x++) {
    const i = plane + index[x];
    out[start + x] =
      data[i] * topLeft[x] +
      data[i + right] * topRight[x] +
      data[i + down] * bottomLeft[x] +
      data[i + down + right] * bottomRight[x];
  }
}

function checkLengths(planes: FeatureMap, flow: Float32Array, window: WarpWindow, out: Float32Array): void {
  const { channels, height, width, data } = planes;
  const size = `a map of ${width} x ${height} with ${channels} channels`;
  if (data.length !== channels * height * width)
    throw new RangeError(
      `Expected ${channels * height * width} values for ${size} but received ${data.length}`,
    );
  const cells = window.height * window.width;
  const grid = cells === height * width ? size : `a window of ${window.width} x ${window.height}`;
  if (flow.length !== cells * 2)
    throw new RangeError(`Expected ${cells * 2} flow values for ${grid} but received ${flow.length}`);
  if (out.length !== channels * cells)
    throw new RangeError(`Expected room for ${channels * cells} values in out but received ${out.length}`);
  if (out.buffer === data.buffer && out.byteOffset === data.byteOffset)
    throw new RangeError('Expected another array for out than the values to warp: they are read throughout');
}
