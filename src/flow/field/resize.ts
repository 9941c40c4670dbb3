import type { FlowField, Image } from '../../core/index.ts';
import { checkFlow, checkGrid, checkInteger, knownPixels } from '../../core/index.ts';
import { imagePlanes, resizePlanes } from '../../../kernels/resample/index.ts';
import { shrinkPixels } from '../../../kernels/shrink/index.ts';

/**
 * Resizes a flow field under the half-pixel convention and multiplies its values by the ratio of each axis:
 * linear where an axis grows, mean over the covered stretch where it shrinks. Unknown pixels take no part;
 * a pixel of the result is known where half of what it is made of is.
 *
 * @example
 * import { resizeFlow } from 'whither';
 *
 * const half = resizeFlow(flow, Math.ceil(flow.width / 2), Math.ceil(flow.height / 2)); // vectors half as long
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
 * Resizes an image under the half-pixel convention: each pixel of a smaller one is the mean of the area that it covers, a
 * larger one is bilinear. Values are averaged as they are stored, in sRGB.
 *
 * @param width of the result in pixels, 1 or more
 * @param height of the result in pixels, 1 or more
 * @example
 * import { readImage, resizeImage } from 'whither';
 *
 * const image = await readImage('photo.jpg');
 * const half = resizeImage(image, Math.ceil(image.width / 2), Math.ceil(image.height / 2));
 */
export function resizeImage(image: Image, width: number, height: number): Image {
  checkGrid(image, 3, 'image');
  checkInteger(width, 'width', 1);
  checkInteger(height, 'height', 1);
  if (width <= image.width && height <= image.height) return shrinkPixels(image, width, height);
  const { data } = resizePlanes(imagePlanes(image, 1, [0, 255]), width, height);
  const pixels = width * height;
  const out = new Uint8Array(pixels * 3);
  for (let i = 0; i < pixels; i++) for (let c = 0; c < 3; c++) out[i * 3 + c] = data[c * pixels + i] + 0.5;
  return { width, height, data: out };
}
