import type { FlowField, Image } from '../../core/index.ts';
import { ShapeError, checkFlow, checkGrid, checkInteger, knownPixels } from '../../core/index.ts';
import { resizePlanes } from '../../../kernels/resample/index.ts';

/**
 * Resizes a flow field under the half-pixel convention and multiplies its values by the ratio of each axis:
 * linear where an axis grows, mean over the covered stretch where it shrinks. Unknown pixels take no part;
 * a pixel of the result is known where half of what it is made of is.
 */
export function resizeFlow(flow: FlowField, width: number, height: number): FlowField {
  checkFlow(flow, 'flow');
  checkInteger(width, 'width', 1);
  checkInteger(height, 'height', 1);
  const known = knownPixels(flow);
  const complete = !known.includes(0);
  const planes = toPlanes(flow, known, complete ? 2 : 3);
  const resized = resizePlanes(planes, width, height).data;
  return fromPlanes(resized, width, height, width / flow.width, height / flow.height, complete);
}

/** Planes u, v and, where asked for, known; unknown flow is 0. */
function toPlanes(
  flow: FlowField,
  known: Uint8Array,
  channels: number,
): { channels: number; width: number; height: number; data: Float32Array } {
  const { width, height } = flow;
  const pixels = width * height;
  const data = new Float32Array(pixels * channels);
  for (let i = 0; i < pixels; i++) {
    if (known[i] === 0) continue;
    data[i] = flow.data[i * 2];
    data[pixels + i] = flow.data[i * 2 + 1];
  }
  if (channels === 3) data.set(known, pixels * 2);
  return { channels, width, height, data };
}

function fromPlanes(
  planes: Float32Array,
  width: number,
  height: number,
  scaleX: number,
  scaleY: number,
  complete: boolean,
): FlowField {
  const pixels = width * height;
  const data = new Float32Array(pixels * 2);
  if (complete) {
    for (let i = 0; i < pixels; i++) {
      data[i * 2] = planes[i] * scaleX;
      data[i * 2 + 1] = planes[pixels + i] * scaleY;
    }
    return { width, height, data };
  }
  const valid = new Uint8Array(pixels);
  for (let i = 0; i < pixels; i++) {
    const share = planes[pixels * 2 + i];
    // The least share less a rounding error: three quarters of a quarter pixel and the like must not miss it.
    if (share < 0.5 - 1e-6) continue;
    valid[i] = 1;
    data[i * 2] = (planes[i] / share) * scaleX;
    data[i * 2 + 1] = (planes[pixels + i] / share) * scaleY;
  }
  return { width, height, data, valid };
}

/**
 * Enlarges a picture to multiples of `multiple` on the right and at the bottom by repeating its last column
 * and row (RAFT's replicate padding, on these two sides only, so that no coordinate changes).
 */
export function padImage(image: Image, multiple: number): Image {
  checkGrid(image, 3, 'image');
  checkInteger(multiple, 'multiple', 1);
  const width = Math.ceil(image.width / multiple) * multiple;
  const height = Math.ceil(image.height / multiple) * multiple;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = Math.min(y, image.height - 1) * image.width * 3;
    const row = data.subarray(y * width * 3, (y + 1) * width * 3);
    row.set(image.data.subarray(from, from + image.width * 3));
    for (let i = image.width * 3; i < row.length; i++) row[i] = row[i - 3];
  }
  return { width, height, data };
}

/** The top-left `width` x `height` of a flow field: what undoes the padding of `padImage`. */
export function cropFlow(flow: FlowField, width: number, height: number): FlowField {
  checkFlow(flow, 'flow');
  checkInteger(width, 'width', 1);
  checkInteger(height, 'height', 1);
  if (width > flow.width || height > flow.height)
    throw new ShapeError(
      `Expected a crop of at most ${flow.width} x ${flow.height} but received ${width} x ${height}`,
    );
  const data = cropRows(flow.data, flow.width * 2, new Float32Array(width * height * 2), width * 2);
  if (!flow.valid) return { width, height, data };
  return {
    width,
    height,
    data,
    valid: cropRows(flow.valid, flow.width, new Uint8Array(width * height), width),
  };
}

function cropRows<T extends Float32Array | Uint8Array>(from: T, stride: number, to: T, length: number): T {
  for (let i = 0, y = 0; i < to.length; i += length, y++)
    to.set(from.subarray(y * stride, y * stride + length), i);
  return to;
}
