import { mkdir, readFile, readdir } from 'node:fs/promises';
import { asFileError } from './atomic-write.ts';

/** The whole of a text file. */
export const readText = (path: string): Promise<string> =>
  asFileError(`to read ${path}`, readFile(path, 'utf8'));

/** Makes a folder, and those that it lies in, where there is none. */
export async function makeFolder(path: string): Promise<void> {
  await asFileError(`to make the folder ${path}`, mkdir(path, { recursive: true }));
}

/** The names in a folder, sorted. */
export const listFolder = async (path: string): Promise<string[]> =>
  (await asFileError(`to look into ${path}`, readdir(path))).sort();
