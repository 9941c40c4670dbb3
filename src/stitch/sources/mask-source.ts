import type { Mask } from '../../core/index.ts';
import { ShapeError, checkInteger, expected } from '../../core/index.ts';
import type { ImageSource } from '../types.ts';
import { fillMasked } from './fill-masked.ts';

/** Masks of more pixels are made smaller. */
const MOST_PIXELS = 1e6;
/** Proportions that differ by less than this share are those of one image, rounded. */
const SAME_PROPORTIONS = 0.02;

/**
 * The source with its mask at most a million pixels large, and what that masks filled from around it: no structure is found
 * there, and nothing of it bleeds into what is shown.
 */
export function maskSource(source: ImageSource): ImageSource {
  if (!source.mask) return source;
  const mask = reduceMask(checkMask(source.mask, source));
  return { ...source, mask, load: async (maxPixels) => fillMasked(await source.load(maxPixels), mask) };
}

function checkMask(mask: Mask, { name, width, height }: ImageSource): Mask {
  const what = `the mask of ${name}`;
  if (!(mask?.data instanceof Uint8Array)) throw expected('width, height and data', what, mask);
  checkInteger(mask.width, `the width of ${what}`, 1);
  checkInteger(mask.height, `the height of ${what}`, 1);
  if (mask.data.length !== mask.width * mask.height)
    throw new ShapeError(
      `Expected ${mask.width * mask.height} values for ${what} but received ${mask.data.length}`,
    );
  const ratio = (mask.width * height) / (mask.height * width);
  if (Math.abs(Math.log(ratio)) > SAME_PROPORTIONS)
    throw new ShapeError(
      `Expected ${what} in the proportions of ${width} x ${height} but received ${mask.width} x ${mask.height}`,
    );
  return mask;
}

/** A smaller mask, 1 only where all pixels of the larger one are. */
function reduceMask(mask: Mask): Mask {
  const step = Math.ceil(Math.sqrt((mask.width * mask.height) / MOST_PIXELS));
  if (step <= 1) return mask;
  const [width, height] = [Math.ceil(mask.width / step), Math.ceil(mask.height / step)];
  const data = new Uint8Array(width * height).fill(1);
  for (let y = 0, k = 0; y < mask.height; y++)
    for (let x = 0; x < mask.width; x++, k++)
      if (!mask.data[k])
        data[Math.floor((y * height) / mask.height) * width + Math.floor((x * width) / mask.width)] = 0;
  return { width, height, data };
}
