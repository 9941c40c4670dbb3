import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileError } from '../core/errors.ts';

/** A folder for files that nobody is to see. */
export interface ScratchFolder {
  readonly path: string;
  /** Removes it with all that is in it. */
  dispose(): Promise<void>;
}

/** Makes an empty folder where the system keeps temporary files (`TMPDIR`). */
export async function createScratchFolder(): Promise<ScratchFolder> {
  const path = await mkdtemp(join(tmpdir(), 'whither-')).catch((cause: unknown) => {
    throw new FileError(`Expected to make a folder in ${tmpdir()}: set TMPDIR to another`, { cause });
  });
  return { path, dispose: () => rm(path, { recursive: true, force: true }) };
}
