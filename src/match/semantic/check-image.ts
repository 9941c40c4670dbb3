import { ShapeError, expected } from '../../core/errors.ts';
import type { Image } from '../../core/types.ts';

/** Checks that a picture is whole. */
export function checkImage(image: Image, name: string): void {
  if (typeof image !== 'object' || image === null || !(image.data instanceof Uint8Array))
    throw expected('an image of 8-bit RGB', name, image);
  const { width, height, data } = image;
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1)
    throw new ShapeError(`Expected a size of at least 1 x 1 for ${name} but received ${width} x ${height}`);
  if (data.length !== width * height * 3)
    throw new ShapeError(
      `Expected ${width} x ${height} x 3 = ${width * height * 3} values for ${name} but received ${data.length}`,
    );
}
