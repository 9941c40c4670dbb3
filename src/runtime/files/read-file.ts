import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

/** Does not wait for the other end of a pipe. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Where a file of a model is, for errors. */
export const placeOf = (folder: string, file: string): string => join(folder, file);

/**
 * The whole of a regular file of a model.
 *
 * @throws Error where there is none, it is no regular file (a device has no end), or it has more than `maxBytes`
 */
export async function readModelBytes(
  folder: string,
  name: string,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const path = placeOf(folder, name);
  const file = await open(path, FLAGS);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new Error(`${path} is no regular file`);
    if (stats.size > maxBytes) throw new Error(`${path} has ${stats.size} bytes, more than ${maxBytes}`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}
