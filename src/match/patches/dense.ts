import type { OptionNames } from '../../core/index.ts';
import { ShapeError, checkInteger, checkOptions, sampleBilinear } from '../../core/index.ts';
import type { Grey, Patches } from '../../features/index.ts';
import type { DescriptorMap, Describer } from './measure.ts';
import { describerOf } from './patch-model.ts';
import type { PatchModel } from './patch-model.ts';
import { checkPatchImage, toGreyPlane } from '../patch-image.ts';
import type { PatchImage } from '../patch-image.ts';

/** Options of `describeDense`. */
export interface DenseOptions {
  /**
   * Pixels between the squares that are described, 1 or more. It defaults to the spacing of the model's graph for whole
   * images, which takes one run, and to 4 where there is none; with any other spacing every square is described by itself.
   */
  readonly stride?: number;
}

const OPTIONS: OptionNames<DenseOptions> = { stride: true };

/** Squares that are described at once, which bounds memory. */
const SQUARES = 1024;

/**
 * A descriptor for every place of an image, as it is, without bringing it to another size: by the model's fully
 * convolutional graph in one run where it has one of the stride asked for, and else square by square.
 *
 * @throws {ShapeError} where the image is smaller than one patch; ModelError where the model makes no descriptors
 * @example
 * import { loadPatchModel } from 'whither';
 * import { describeDense } from 'whither/features';
 *
 * await using model = await loadPatchModel();
 * const { width, height, channels, stride } = await describeDense(model, image);
 */
export async function describeDense(
  model: PatchModel,
  image: PatchImage,
  options: DenseOptions = {},
): Promise<DescriptorMap> {
  checkOptions(options, OPTIONS, 'describeDense');
  const describer = describerOf(model);
  const { dense } = describer;
  const stride = checkInteger(options.stride ?? dense?.stride ?? 4, 'stride', 1);
  const grey = checkDenseImage(image, describer.patchSize, 'image');
  return dense?.stride === stride ? dense.describe(grey) : describeSquares(describer, grey, stride);
}

/** Checks that an image holds at least one square of `size`, and gives it in grey. */
export function checkDenseImage(image: PatchImage, size: number, name: string): Grey {
  checkPatchImage(image, name);
  if (image.width < size || image.height < size)
    throw new ShapeError(
      `Expected an image of at least ${size} x ${size} pixels, one patch, for ${name} but received ` +
        `${image.width} x ${image.height}`,
    );
  return toGreyPlane(image);
}

/** How many squares of `size`, `stride` apart, fit side by side. */
export const countSquares = (length: number, size: number, stride: number): number =>
  Math.floor((length - size) / stride) + 1;

async function describeSquares(describer: Describer, image: Grey, stride: number): Promise<DescriptorMap> {
  const { patchSize, length } = describer;
  const width = countSquares(image.width, patchSize, stride);
  const height = countSquares(image.height, patchSize, stride);
  const cells = width * height;
  const data = new Float32Array(length * cells);
  for (let first = 0; first < cells; first += SQUARES) {
    const squares = cutSquares(image, patchSize, stride, first, Math.min(first + SQUARES, cells));
    const { data: rows, count } = await describer.describe(squares);
    for (let i = 0; i < count; i++)
      for (let c = 0; c < length; c++) data[c * cells + first + i] = rows[i * length + c];
  }
  return { channels: length, height, width, data, stride, origin: (patchSize - 1) / 2 };
}

/** The squares `first` up to, not including, `last`, counted row by row. */
export function cutSquares(image: Grey, size: number, stride: number, first: number, last: number): Patches {
  const columns = countSquares(image.width, size, stride);
  const data = new Float32Array((last - first) * size * size);
  for (let i = first; i < last; i++) {
    const [left, top] = [(i % columns) * stride, Math.floor(i / columns) * stride];
    for (let y = 0; y < size; y++) {
      const from = (top + y) * image.width + left;
      data.set(image.data.subarray(from, from + size), ((i - first) * size + y) * size);
    }
  }
  return { count: last - first, size, data };
}

/** The square of `size` around a point of the image, between pixels where need be; the edge is repeated outside. */
export function cutAround(image: Grey, size: number, x: number, y: number): Patches {
  const data = new Float32Array(size * size);
  const [left, top] = [x - (size - 1) / 2, y - (size - 1) / 2];
  for (let j = 0; j < size; j++)
    for (let i = 0; i < size; i++) data[j * size + i] = sampleBilinear(image, left + i, top + j);
  return { count: 1, size, data };
}
