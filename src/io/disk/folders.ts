import { mkdir, readdir } from 'node:fs/promises';
import { asFileError } from './atomic-write.ts';
import { readBytes } from './read-bytes.ts';

/** No text that this program reads is longer. */
const MAX_TEXT_BYTES = 64 * 2 ** 20;

/** The whole of a text file of at most 64 MiB. */
export async function readText(path: string, what: string): Promise<string> {
  return new TextDecoder().decode(await readBytes(path, what, MAX_TEXT_BYTES));
}

/** Makes a folder, and those that it lies in, where there is none. */
export async function makeFolder(path: string): Promise<void> {
  await asFileError(`to make the folder ${path}`, mkdir(path, { recursive: true }));
}

/** The names in a folder, sorted. */
export const listFolder = async (path: string): Promise<string[]> =>
  (await asFileError(`to look into ${path}`, readdir(path))).sort();
