import type { OptionNames } from '../../core/index.ts';
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { FileError } from '../../core/index.ts';
import { toPath } from './path.ts';
import { sweepTemporaries, temporaryIn } from './temporary.ts';

/** Options of every writer. */
export interface WriteOptions {
  /** Replace a file that exists; without it such a file is refused. */
  readonly overwrite?: boolean;
}

export const WRITE_OPTIONS: OptionNames<WriteOptions> = { overwrite: true };

/** Waits for the file system; what it throws becomes a {@link FileError} of one line with its code. */
export async function asFileError<T>(expectation: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    throw new FileError(`Expected ${expectation} but received ${code}`, { cause });
  }
}

/** What stands at `path`: nothing, a file, a folder, or something else: a device, a pipe, a socket. */
export async function inspectPath(path: string): Promise<'nothing' | 'file' | 'folder' | 'other'> {
  try {
    const stats = await stat(path);
    if (stats.isFile()) return 'file';
    return stats.isDirectory() ? 'folder' : 'other';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'nothing';
    throw new FileError(`Expected to reach ${path} but received ${code}`, { cause: error });
  }
}

/** The size of a file in bytes, and when it was last changed, in milliseconds since 1970. */
export async function stampOf(path: string): Promise<{ readonly size: number; readonly changed: number }> {
  const { size, mtimeMs } = await asFileError(`a file at ${path}`, stat(path));
  return { size, changed: Math.round(mtimeMs) };
}

/** Whether two paths lead to one place, through links and by whatever spelling. */
export async function isSamePlace(a: string, b: string): Promise<boolean> {
  return (await targetOf(a)) === (await targetOf(b));
}

/** The one path of a place, whatever links lead there; what is not there yet lies in its folder's place. */
export async function targetOf(path: string): Promise<string> {
  const inFolder = async (): Promise<string> => join(await realpath(dirname(path)), basename(path));
  return realpath(path)
    .catch(inFolder)
    .catch(() => resolve(path));
}

/** Throws a {@link FileError} unless a file may be written to `path`. */
export async function checkWritable(path: string, options: WriteOptions = {}): Promise<void> {
  const found = await inspectPath(path);
  if (found === 'folder')
    throw new FileError(`Expected a file name to write to but ${path} is a folder: add a name`);
  if (found === 'other')
    throw new FileError(`Expected a file name to write to but ${path} is a device or a pipe: give another`);
  if (found === 'file' && !options.overwrite)
    throw new FileError(`Expected a free name to write to but ${path} exists: pass overwrite to replace it`);
  if ((await inspectPath(dirname(path))) !== 'folder')
    throw new FileError(`Expected a folder ${dirname(path)} for ${path} but there is none: create it first`);
}

/** A hidden name beside `path`, unlike that of any other writer, with the same extension. Removes what killed runs left there. */
export async function temporaryName(path: string): Promise<string> {
  const folder = dirname(path);
  await sweepTemporaries(folder);
  return temporaryIn(folder, path);
}

/** Gives the finished file `temporary` its name; where that is not allowed, `temporary` is removed. */
export async function publish(temporary: string, path: string, options: WriteOptions = {}): Promise<void> {
  try {
    await checkWritable(path, options);
    await asFileError(`to rename ${temporary} to ${path}`, rename(temporary, path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Writes `bytes` to `path`: under a temporary name beside it, renamed when complete, so that nobody ever sees
 * half a file.
 *
 * @throws FileError where `path` exists and `overwrite` is not set, is a folder, or lies in no folder.
 */
export async function atomicWrite(
  file: string | URL,
  bytes: Uint8Array,
  options: WriteOptions = {},
): Promise<void> {
  const path = toPath(file);
  await checkWritable(path, options);
  const temporary = await temporaryName(path);
  try {
    await asFileError(
      `to write ${bytes.length} bytes to ${path}`,
      writeFile(temporary, bytes, { flag: 'wx' }),
    );
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await publish(temporary, path, options);
}
