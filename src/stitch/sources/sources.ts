import { ShapeError, WhitherError, checkImage, expected } from '../../core/index.ts';
import type { Image, Mask } from '../../core/index.ts';
import { shrinkImage } from './shrink-image.ts';
import type { ImageSource } from '../types.ts';

/** Images in memory or to be read, all as what is read when needed. */
export function asSources(
  images: readonly (Image | ImageSource)[],
  masks?: readonly (Mask | undefined)[],
): ImageSource[] {
  if (!Array.isArray(images)) throw expected('a list of images', 'images', images);
  if (images.length < 2)
    throw new WhitherError(
      `Expected two or more images to stitch but received ${images.length}: give those that overlap`,
    );
  if (masks && masks.length !== images.length)
    throw new ShapeError(`Expected ${images.length} masks, one an image, but received ${masks.length}`);
  return images.map((image, i) => {
    const source: ImageSource = isSource(image) ? image : asSource(image, i);
    return masks?.[i] ? { ...source, mask: masks[i] } : source;
  });
}

const isSource = (image: Image | ImageSource): image is ImageSource =>
  typeof (image as Partial<ImageSource> | null)?.load === 'function';

function asSource(image: Image, i: number): ImageSource {
  const { width, height } = checkImage(image, `images[${i}]`);
  const load = (maxPixels = Infinity): Promise<Image> => Promise.resolve(shrinkImage(image, maxPixels));
  return { name: `image ${i}`, width, height, load };
}
