import { ShapeError, WhitherError, expected } from '../core/errors.ts';
import type { Image } from '../core/types.ts';
import { shrinkImage } from './shrink-image.ts';
import type { ImageSource } from './types.ts';

/** Pictures in memory or to be read, all as what is read when needed. */
export function asSources(images: readonly (Image | ImageSource)[]): ImageSource[] {
  if (!Array.isArray(images)) throw expected('a list of images', 'images', images);
  if (images.length < 2)
    throw new WhitherError(
      `Expected two or more pictures to stitch but received ${images.length}: give those that overlap`,
    );
  return images.map((image, i) => ('load' in image ? image : asSource(image, i)));
}

function asSource(image: Image, i: number): ImageSource {
  const { width, height, data } = image;
  if (!(width > 0 && height > 0) || data.length !== width * height * 3)
    throw new ShapeError(
      `Expected ${width * height * 3} values for image ${i} of ${width} x ${height} pixels but received ${data.length}`,
    );
  const load = (maxPixels = Infinity): Promise<Image> => Promise.resolve(shrinkImage(image, maxPixels));
  return { name: `image ${i}`, width, height, load };
}
