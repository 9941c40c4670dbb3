import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { FileError } from '../../core/index.ts';
import { sweepTemporaries, temporaryIn } from './temporary.ts';

/** A folder for files that nobody is to see. */
export interface ScratchFolder {
  readonly path: string;
  /** Removes it with all that is in it. */
  dispose(): Promise<void>;
}

/** Makes an empty folder where the system keeps temporary files (`TMPDIR`). Removes what killed runs left there. */
export async function createScratchFolder(): Promise<ScratchFolder> {
  await sweepTemporaries(tmpdir());
  const path = temporaryIn(tmpdir());
  await mkdir(path, { mode: 0o700 }).catch((cause: unknown) => {
    throw new FileError(`Expected to make a folder in ${tmpdir()}: set TMPDIR to another`, { cause });
  });
  return { path, dispose: () => rm(path, { recursive: true, force: true }) };
}
