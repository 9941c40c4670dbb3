import { ShapeError, WhitherError } from '../../core/index.ts';
import type { Mask } from '../../core/index.ts';
import { readMask } from '../../io/index.ts';
import { readOpaque } from '../../io/image/index.ts';

/** Which mask goes with which image. */
export interface MaskChoice {
  /** That of all images that have none of their own. */
  readonly common?: string;
  /** By the names of the images. */
  readonly own: ReadonlyMap<string, string>;
}

/** Sorts what `--mask` was given: `mask.png` for all images, `image.jpg=mask.png` for one. */
export function chooseMasks(given: readonly string[], inputs: readonly string[]): MaskChoice {
  const own = new Map<string, string>();
  let common: string | undefined;
  for (const value of given) {
    const input = inputs.find((name) => value.startsWith(`${name}=`));
    if (input) own.set(input, value.slice(input.length + 1));
    else if (value.includes('='))
      throw new WhitherError(
        `Expected --mask IMAGE=MASK with one of the images that are given but received ${value}`,
      );
    else if (common === undefined) common = value;
    else throw new WhitherError(`Expected one --mask for all images but received ${common} and ${value}`);
  }
  return { common, own };
}

/** What may be used of an image: what its mask says, and no transparent pixel. */
export async function readUsable(
  path: string,
  hasAlpha: boolean,
  { common, own }: MaskChoice,
): Promise<Mask | undefined> {
  const file = own.get(path) ?? common;
  const mask = file === undefined ? undefined : await readMask(file);
  const opaque = hasAlpha ? await readOpaque(path) : undefined;
  return mask && opaque ? bothOf(mask, opaque, file!) : (mask ?? opaque);
}

function bothOf(mask: Mask, opaque: Mask, file: string): Mask {
  const { width, height } = opaque;
  if (mask.width !== width || mask.height !== height)
    throw new ShapeError(
      `Expected ${file} to be ${width} x ${height}, as its image with transparency is, but it is ` +
        `${mask.width} x ${mask.height}`,
    );
  return { width, height, data: mask.data.map((is, k) => is & opaque.data[k]) };
}
