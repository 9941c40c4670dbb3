import { greyOf } from '../../../kernels/grey/index.ts';
import { ShapeError } from '../../core/index.ts';
import type { Image } from '../../core/index.ts';
import type { Grey } from '../types.ts';

/**
 * The grey of an image by ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B, 0 to 255, not rounded.
 *
 * @param out where the result goes; defaults to a new array
 * @example
 * import { detectKeypoints, toGrey } from 'whither/features';
 *
 * const grey = toGrey(image);
 * const corners = detectKeypoints(grey, { detector: 'harris' });
 */
export function toGrey({ width, height, data }: Image, out?: Float32Array): Grey {
  if (data.length !== width * height * 3)
    throw new ShapeError(
      `Expected ${width * height * 3} values for an image of ${width} x ${height} but received ${data.length}`,
    );
  return { width, height, data: greyOf(data, out) };
}

export const isGrey = (image: Image | Grey): image is Grey => image.data instanceof Float32Array;

/** An image in grey, whether it was before or not. */
export const asGrey = (image: Image | Grey): Grey => (isGrey(image) ? image : toGrey(image));
