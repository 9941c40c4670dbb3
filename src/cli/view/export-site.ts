import { dirname, join } from 'node:path';
import { FileError } from '../../core/index.ts';
import { atomicWrite, inspectPath, listFolder, makeFolder } from '../../io/disk/index.ts';
import { readSiteFile } from './site.ts';
import type { SiteFile } from './site.ts';

/**
 * Writes the page's files to a new or empty folder.
 *
 * @returns how many there are
 * @throws {FileError} where something is in the folder
 */
export async function writeSite(site: readonly SiteFile[], folder: string): Promise<number> {
  if ((await inspectPath(folder)) !== 'nothing' && (await listFolder(folder)).length)
    throw new FileError(`Expected an empty folder but ${folder} holds files: give another name`);
  const none = { address: 'given.json', bytes: new TextEncoder().encode('[]') };
  await write(folder, none.address, none.bytes);
  for (const file of site) await write(folder, file.address, await readSiteFile(file));
  return site.length + 1;
}

async function write(folder: string, address: string, bytes: Uint8Array): Promise<void> {
  const path = join(folder, address);
  await makeFolder(dirname(path));
  await atomicWrite(path, bytes);
}
