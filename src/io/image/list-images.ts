import { opendir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { asFileError } from '../disk/index.ts';
import { IMAGE_EXTENSIONS } from './images.ts';

/**
 * The images in a folder and in those within it, by their extensions, hidden names left out. In the order of their names,
 * one folder after the other; no more than the names of the folders on the way are in memory.
 */
export async function* listImages(folder: string): AsyncGenerator<string> {
  const folders: string[] = [];
  const images: string[] = [];
  const entries = await asFileError(`to look into ${folder}`, opendir(folder));
  for await (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) folders.push(entry.name);
    else if (IMAGE_EXTENSIONS.includes(extname(entry.name).toLowerCase())) images.push(entry.name);
  }
  for (const name of images.sort()) yield join(folder, name);
  for (const name of folders.sort()) yield* listImages(join(folder, name));
}
