import type { FeatureMap } from '../../../kernels/types.ts';
import type { FlowField, Image, Size } from '../../core/index.ts';

/** A rectangle of whole pixels of a grid, inside of it. */
export interface Window extends Size {
  readonly left: number;
  readonly top: number;
}

export function cropPlanes({ channels, height, width, data }: FeatureMap, window: Window): FeatureMap {
  const out = new Float32Array(channels * window.height * window.width);
  for (let c = 0; c < channels; c++)
    copyRows(data, width, c * height, window, 1, out, c * window.height * window.width);
  return { channels, height: window.height, width: window.width, data: out };
}

/** An image's pixels of a window. */
export function imageWindow(image: Image, window: Window): Image {
  const data = new Uint8Array(window.height * window.width * 3);
  copyRows(image.data, image.width, 0, window, 3, data, 0);
  return { width: window.width, height: window.height, data };
}

/** The flow of a window; its mask of known pixels is not taken along. */
export function cropFlowData({ width, data }: FlowField, window: Window): Float32Array {
  const out = new Float32Array(window.height * window.width * 2);
  copyRows(data, width, 0, window, 2, out, 0);
  return out;
}

/** Copies a window, `values` of which stand side by side for each pixel, to a dense array from `at` on. */
export function copyRows<T extends Float32Array | Uint8Array>(
  from: T,
  width: number,
  firstRow: number,
  window: Window,
  values: number,
  to: T,
  at: number,
): void {
  const length = window.width * values;
  for (let y = 0; y < window.height; y++) {
    const start = ((firstRow + window.top + y) * width + window.left) * values;
    to.set(from.subarray(start, start + length), at + y * length);
  }
}

/** The least window of a grid that holds all pixels that take part where the flow of another leads. */
export function reachOf(flow: Float32Array, window: Window, { width, height }: Size): Window {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let y = 0, i = 0; y < window.height; y++)
    for (let x = 0; x < window.width; x++, i += 2) {
      const px = window.left + x + flow[i];
      const py = window.top + y + flow[i + 1];
      if (px < x0) x0 = px;
      if (px > x1) x1 = px;
      if (py < y0) y0 = py;
      if (py > y1) y1 = py;
    }
  // Of a flow that leads outside altogether, or nowhere, one pixel remains: no window is empty.
  const [left, top] = [within(Math.floor(x0), width), within(Math.floor(y0), height)];
  const [right, bottom] = [within(Math.floor(x1) + 1, width), within(Math.floor(y1) + 1, height)];
  return { left, top, width: Math.max(right - left, 0) + 1, height: Math.max(bottom - top, 0) + 1 };
}

const within = (place: number, size: number): number => Math.min(Math.max(place, 0), size - 1);
