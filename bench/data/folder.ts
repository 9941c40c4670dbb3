/** The folder with the data for measuring; `bench/data.md` says what belongs there. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the variable `WHITHER_DATA` names; defaults to `shared/data` beside the repository. */
export const DATA =
  process.env.WHITHER_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));

/** A file or folder of the data, or undefined where it is absent. */
export function findData(path: string): string | undefined {
  const full = join(DATA, path);
  return existsSync(full) ? full : undefined;
}

/** Whether a part of the data is there; otherwise says what is left out, and why. */
export function hasData(path: string, part: string): boolean {
  if (findData(path)) return true;
  console.log(
    `Left out: ${part}. Expected ${path} in ${DATA}, which is absent. ` +
      'Set WHITHER_DATA to the folder that bench/data.md describes.',
  );
  return false;
}
