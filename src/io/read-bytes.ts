import { readFile } from 'node:fs/promises';
import { FileError } from '../core/errors.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'it may not be read',
  EPERM: 'it may not be read',
};

/**
 * The whole file at `path`.
 *
 * @param what The thing that is expected there, with its article, for the error message.
 * @throws FileError where there is no file, it is a folder, it may not be read or it is empty.
 */
export async function readBytes(path: string, what: string): Promise<Uint8Array> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'an unknown error';
    throw new FileError(`Expected ${what} at ${path} but ${REASONS[code] ?? `received ${code}`}`, {
      cause: error,
    });
  }
  if (bytes.length === 0) throw new FileError(`Expected ${what} at ${path} but the file is empty`);
  return bytes;
}
