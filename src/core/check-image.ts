import { checkInteger, expected, ShapeError } from './errors.ts';
import type { Image } from './types.ts';

/** Checks that a value is an image whose data fits its size. */
export function checkImage(image: Image, name: string): Image {
  if (!(image?.data instanceof Uint8Array))
    throw expected('an image with Uint8Array data', name, image, 'readImage gives one');
  checkInteger(image.width, `${name}.width`, 1);
  checkInteger(image.height, `${name}.height`, 1);
  const { width, height, data } = image;
  if (data.length !== width * height * 3)
    throw new ShapeError(
      `Expected ${width * height * 3} values for ${name}.data (${width} x ${height}, RGB) ` +
        `but received ${data.length}`,
    );
  return image;
}
