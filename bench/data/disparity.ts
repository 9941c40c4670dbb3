/** The truth of stereo pairs: how far each pixel of the left image lies farther left in the right one. */

import { readImage } from '../../src/index.ts';
import type { FlowField } from '../../src/index.ts';
import { readNpzMatrix } from './npz-file.ts';

/**
 * The flow `(-d, 0)` of a disparity: an image with `scale` levels a pixel, where 0 is unknown, or an `.npz` of pixels,
 * where what is not finite is unknown.
 */
export async function readDisparity(path: string, scale: number): Promise<FlowField> {
  if (path.endsWith('.npz')) {
    const { rows, columns, values } = readNpzMatrix(path, 'arr_0');
    return flowOfDisparity(columns, rows, values);
  }
  const { width, height, data } = await readImage(path);
  const disparity = Float32Array.from({ length: width * height }, (_, i) => data[3 * i] / scale || NaN);
  return flowOfDisparity(width, height, disparity);
}

/** @param disparity in pixels, row by row; unknown where it is not finite */
export function flowOfDisparity(width: number, height: number, disparity: Float32Array): FlowField {
  const data = new Float32Array(2 * disparity.length);
  const valid = new Uint8Array(disparity.length);
  for (const [i, d] of disparity.entries()) {
    if (!Number.isFinite(d)) continue;
    data[2 * i] = -d;
    valid[i] = 1;
  }
  return { width, height, data, valid };
}
