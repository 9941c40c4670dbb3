import { ShapeError } from '../core/errors.ts';
import type { Image } from '../core/types.ts';
import type { Grey } from './types.ts';

/** The grey of a picture by ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B, 0 to 255, not rounded. */
export function toGrey(image: Image): Grey {
  const { width, height, data } = image;
  if (data.length !== width * height * 3)
    throw new ShapeError(
      `Expected ${width * height * 3} values for a picture of ${width} x ${height} but received ${data.length}`,
    );
  const out = new Float32Array(width * height);
  for (let i = 0, k = 0; i < out.length; i++, k += 3)
    out[i] = 0.299 * data[k] + 0.587 * data[k + 1] + 0.114 * data[k + 2];
  return { width, height, data: out };
}

/** A picture in grey, whether it was before or not. */
export const asGrey = (image: Image | Grey): Grey =>
  image.data instanceof Float32Array ? (image as Grey) : toGrey(image as Image);
