import type { OptionNames } from '../../core/index.ts';
import { checkInteger, FileError } from '../../core/index.ts';

/** The size from which a file is taken for a mistake or an attack, in pixels. */
export const DEFAULT_MAX_PIXELS = 200e6;

const count = (n: number): string => n.toLocaleString('en-US');

/** Options of every reader of flow files. */
export interface ReadFlowOptions {
  /** Largest flow field that is decoded, in pixels. @default 200 million */
  readonly maxPixels?: number;
}

export const READ_FLOW_OPTIONS: OptionNames<ReadFlowOptions> = { maxPixels: true };

/**
 * Throws a {@link FileError} where a header claims more pixels than are to be decoded.
 *
 * @param place where the file is, such as `at a.png`
 */
export function checkClaimedSize(place: string, width: number, height: number, maxPixels: number): void {
  if (width * height > maxPixels) throw tooLarge('an image', ` ${place}`, width, height, maxPixels);
}

/** As {@link checkClaimedSize}, for a flow field whose file the caller names. */
export function checkFlowSize(
  width: number,
  height: number,
  { maxPixels = DEFAULT_MAX_PIXELS }: ReadFlowOptions = {},
): void {
  checkInteger(maxPixels, 'maxPixels', 1);
  if (width * height > maxPixels) throw tooLarge('a flow field', '', width, height, maxPixels);
}

function tooLarge(what: string, place: string, width: number, height: number, maxPixels: number): FileError {
  return new FileError(
    `Expected ${what} of at most ${count(maxPixels)} pixels${place} but its header claims ` +
      `${width} x ${height}, ${count(width * height)} pixels: raise maxPixels if that is right`,
  );
}
