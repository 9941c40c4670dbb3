import type { Image, Mask, ScalarField } from '../core/index.ts';
import { ShapeError, checkGrid, checkNumber, checkSameSize, expected } from '../core/index.ts';

/**
 * `(1 - alpha) * imageA + alpha * imageB`.
 *
 * @param alpha 0 (A alone) to 1 (B alone)
 * @throws ShapeError when the two differ in size
 * @example
 * import { colorizeFlow, overlayImages } from 'whither';
 *
 * const mixed = overlayImages(imageA, colorizeFlow(flowAB).image, 0.6);
 */
export function overlayImages(imageA: Image, imageB: Image, alpha = 0.5): Image {
  checkGrid(imageA, 3, 'imageA');
  checkGrid(imageB, 3, 'imageB');
  checkSameSize(imageA, 'imageA', imageB, 'imageB');
  checkNumber(alpha, 'alpha', 0, 1);
  const data = new Uint8Array(imageA.data.length);
  for (let i = 0; i < data.length; i++) data[i] = imageA.data[i] * (1 - alpha) + imageB.data[i] * alpha + 0.5;
  return { width: imageA.width, height: imageA.height, data };
}

/**
 * Images of one height next to each other, left to right.
 *
 * @throws ShapeError when their heights differ
 * @example
 * import { colorizeFlow, sideBySide, writeImage } from 'whither';
 *
 * await writeImage('all.png', sideBySide(imageA, imageB, colorizeFlow(flowAB).image));
 */
export function sideBySide(...images: Image[]): Image {
  if (images.length === 0) throw expected('at least one image', 'images', undefined);
  const height = images[0].height;
  images.forEach((image, i) => {
    checkGrid(image, 3, `image ${i + 1}`);
    if (image.height !== height)
      throw new ShapeError(
        `Expected one height for all images but received ${height} and ${image.height} (image ${i + 1})`,
      );
  });
  const width = images.reduce((sum, image) => sum + image.width, 0);
  const data = new Uint8Array(width * height * 3);
  let left = 0;
  for (const image of images) {
    const row = image.width * 3;
    for (let y = 0; y < height; y++)
      data.set(image.data.subarray(y * row, (y + 1) * row), (y * width + left) * 3);
    left += image.width;
  }
  return { width, height, data };
}

/**
 * A mask as an image: white for 1, black for 0.
 *
 * @example
 * import { maskToImage, writeImage } from 'whither';
 *
 * await writeImage('mask.png', maskToImage(mask));
 */
export function maskToImage(mask: Mask): Image {
  checkGrid(mask, 1, 'mask');
  return grey(mask.width, mask.height, (i) => (mask.data[i] === 0 ? 0 : 255));
}

/**
 * A scalar field, such as a confidence, as a grey image: black for `minimum` and below, white for `maximum`
 * and above, black for NaN.
 *
 * @example
 * import { scalarToImage, writeImage } from 'whither';
 *
 * await writeImage('confidence.png', scalarToImage(confidence, 0, 1));
 */
export function scalarToImage(field: ScalarField, minimum = 0, maximum = 1): Image {
  checkGrid(field, 1, 'field');
  if (!(minimum < maximum))
    throw new RangeError(`Expected minimum below maximum but received ${minimum} and ${maximum}`);
  const scale = 255 / (maximum - minimum);
  return grey(field.width, field.height, (i) => {
    const value = (field.data[i] - minimum) * scale;
    return value > 0 ? Math.min(value + 0.5, 255) : 0;
  });
}

function grey(width: number, height: number, level: (i: number) => number): Image {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) data[i * 3] = data[i * 3 + 1] = data[i * 3 + 2] = level(i);
  return { width, height, data };
}
