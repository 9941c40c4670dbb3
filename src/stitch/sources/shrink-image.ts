import { shrinkPixels } from '../../../kernels/shrink/index.ts';
import type { Image } from '../../core/index.ts';

/** The image made so much smaller, in proportion, that it has at most `maxPixels`; itself where it has. */
export function shrinkImage(image: Image, maxPixels: number): Image {
  const factor = Math.sqrt(maxPixels / (image.width * image.height));
  if (factor >= 1) return image;
  const width = Math.max(1, Math.floor(image.width * factor));
  const height = Math.max(1, Math.floor(image.height * factor));
  return shrinkPixels(image, width, height);
}

/** The image at a quarter of its size, rounded up, each pixel the mean of those that it covers. */
export const quarterImage = (image: Image): Image =>
  shrinkPixels(image, (image.width + 3) >> 2, (image.height + 3) >> 2);
