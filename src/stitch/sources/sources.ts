import { WhitherError, checkImage, expected } from '../../core/index.ts';
import type { Image } from '../../core/index.ts';
import { shrinkImage } from './shrink-image.ts';
import type { ImageSource } from '../types.ts';

/** Images in memory or to be read, all as what is read when needed. */
export function asSources(images: readonly (Image | ImageSource)[]): ImageSource[] {
  if (!Array.isArray(images)) throw expected('a list of images', 'images', images);
  if (images.length < 2)
    throw new WhitherError(
      `Expected two or more images to stitch but received ${images.length}: give those that overlap`,
    );
  return images.map((image, i) => (isSource(image) ? image : asSource(image, i)));
}

const isSource = (image: Image | ImageSource): image is ImageSource =>
  typeof (image as Partial<ImageSource> | null)?.load === 'function';

function asSource(image: Image, i: number): ImageSource {
  const { width, height } = checkImage(image, `images[${i}]`);
  const load = (maxPixels = Infinity): Promise<Image> => Promise.resolve(shrinkImage(image, maxPixels));
  return { name: `image ${i}`, width, height, load };
}
