import type { Stats } from 'node:fs';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { FileError } from '../../core/index.ts';

/** The largest file that is read whole: what one `Buffer` and one read of Node hold. */
export const MAX_FILE_BYTES = 2 ** 31 - 1;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'it may not be read',
  EPERM: 'it may not be read',
  ENXIO: 'it is no regular file',
};

/** To open a pipe that nobody writes to must not wait for a writer; regular files know no such flag. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** What is read: its path, and what is expected there, with its article, for the error message. */
interface Wanted {
  readonly path: string;
  readonly what: string;
  readonly maxBytes: number;
}

function refusal({ path, what }: Wanted, error: unknown): FileError {
  const code = (error as NodeJS.ErrnoException).code ?? 'an unknown error';
  return new FileError(`Expected ${what} at ${path} but ${REASONS[code] ?? `received ${code}`}`, {
    cause: error,
  });
}

/** Devices and pipes have no end, and a folder is no file. */
function checkStats({ path, what, maxBytes }: Wanted, stats: Stats): void {
  if (stats.isDirectory()) throw new FileError(`Expected ${what} at ${path} but it is a folder`);
  if (!stats.isFile())
    throw new FileError(`Expected ${what} at ${path} but it is no regular file: copy what it gives to one`);
  if (stats.size === 0) throw new FileError(`Expected ${what} at ${path} but the file is empty`);
  if (stats.size > maxBytes)
    throw new FileError(`Expected ${what} of at most ${maxBytes} bytes at ${path} but it has ${stats.size}`);
}

/** An open file: what is used of Node's `FileHandle`, whose type not every program has. */
export interface OpenFile {
  readonly fd: number;
  stat(): Promise<{ readonly size: number }>;
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
  close(): Promise<void>;
}

/**
 * Opens a regular file that is not empty; the caller closes it.
 *
 * @param what The thing that is expected there, with its article, for the error message.
 * @param maxBytes The largest file that is taken.
 * @throws FileError where there is no file, it is a folder, a device or a pipe, may not be read, is empty or too large.
 */
export async function openRegular(path: string, what: string, maxBytes = Infinity): Promise<OpenFile> {
  const wanted = { path, what, maxBytes };
  const file = await open(path, FLAGS).catch((error: unknown) => {
    throw refusal(wanted, error);
  });
  try {
    checkStats(wanted, await file.stat());
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * The whole of a regular file at `path`; see {@link openRegular}.
 *
 * @throws FileError as there; a file of more than 2 GB is too large.
 */
export async function readBytes(path: string, what: string, maxBytes = MAX_FILE_BYTES): Promise<Uint8Array> {
  const file = await openRegular(path, what, maxBytes);
  try {
    const { size } = await file.stat();
    // One that grows meanwhile is read as far as it was long at first.
    const bytes = Buffer.allocUnsafeSlow(size);
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await file.read(bytes, filled, size - filled, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } catch (error) {
    throw error instanceof FileError ? error : refusal({ path, what, maxBytes }, error);
  } finally {
    await file.close();
  }
}

/** As {@link readBytes}, at once. */
export function readBytesSync(path: string, what: string, maxBytes = MAX_FILE_BYTES): Uint8Array {
  const wanted = { path, what, maxBytes };
  let file: number | undefined;
  try {
    file = openSync(path, FLAGS);
    checkStats(wanted, fstatSync(file));
    return readFileSync(file);
  } catch (error) {
    throw error instanceof FileError ? error : refusal(wanted, error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
