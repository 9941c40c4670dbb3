import { FileError } from '../core/errors.ts';

/** The size from which a file is taken for a mistake or an attack, in pixels. */
export const DEFAULT_MAX_PIXELS = 200e6;

const count = (n: number): string => n.toLocaleString('en-US');

/**
 * Throws a {@link FileError} where a header claims more pixels than are to be decoded.
 *
 * @param place where the file is, such as `at a.png`
 */
export function checkClaimedSize(
  place: string,
  width: number,
  height: number,
  maxPixels: number,
  what = 'an image',
): void {
  if (width * height > maxPixels)
    throw new FileError(
      `Expected ${what} of at most ${count(maxPixels)} pixels ${place} but its header claims ` +
        `${width} x ${height}, ${count(width * height)} pixels: raise maxPixels if that is right`,
    );
}
