import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { FileError } from '../../src/core/errors.ts';
import { atomicWrite } from '../../src/io/index.ts';
import { scratchFolder } from './scratch.ts';

const scratch = scratchFolder();
const bytes = Uint8Array.of(1, 2, 3);

describe('atomicWrite', () => {
  it('writes the bytes under the name and nothing else', async () => {
    await mkdir(scratch.path('a'));
    await atomicWrite(scratch.path('a', 'new.bin'), bytes);
    expect(await scratch.list('a')).toEqual(['new.bin']);
    expect([...(await readFile(scratch.path('a', 'new.bin')))]).toEqual([1, 2, 3]);
  });

  it('refuses a file that exists, without `overwrite`', async () => {
    const path = scratch.path('old.bin');
    await writeFile(path, 'old');
    await expect(atomicWrite(path, bytes)).rejects.toThrow(FileError);
    expect(await readFile(path, 'utf8')).toBe('old');
    await atomicWrite(path, bytes, { overwrite: true });
    expect([...(await readFile(path))]).toEqual([1, 2, 3]);
  });

  it('refuses a folder as target and a folder that is not there', async () => {
    await mkdir(scratch.path('folder'));
    await expect(atomicWrite(scratch.path('folder'), bytes, { overwrite: true })).rejects.toThrow(
      /is a folder/,
    );
    await expect(atomicWrite(scratch.path('nowhere', 'x.bin'), bytes)).rejects.toThrow(
      /there is none: create it/,
    );
  });
});
