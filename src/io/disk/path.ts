import { fileURLToPath } from 'node:url';
import { expected } from '../../core/index.ts';

/** Bytes of the longest path that Linux takes; what is longer is no path. */
const MAX_PATH_BYTES = 4096;

/**
 * The path that `value` is. Only a string or a `file:` URL is one: bytes would be taken for the path they spell, and
 * an upload could so name a file of the server's. The error never shows what came.
 *
 * @param name of the argument, for the error
 * @throws TypeError for anything else, for an empty path, for one of more than 4096 bytes and for one with a zero byte
 */
export function toPath(value: unknown, name = 'path'): string {
  if (value instanceof URL) {
    if (value.protocol !== 'file:')
      throw new TypeError(`Expected a file: URL for ${name} but received one of ${value.protocol}`);
    return toPath(fileURLToPath(value), name);
  }
  if (typeof value !== 'string')
    throw expected('a path, as a string or file: URL,', name, value, cureFor(value));
  const length = Buffer.byteLength(value);
  if (length === 0) throw new TypeError(`Expected a path for ${name} but received an empty string`);
  if (length > MAX_PATH_BYTES || value.includes('\0'))
    throw new TypeError(
      `Expected a path for ${name} but received a string of ${length} bytes that can be none: is it a file's content?`,
    );
  return value;
}

const cureFor = (value: unknown): string =>
  ArrayBuffer.isView(value) || value instanceof ArrayBuffer
    ? 'bytes are read by decodeImage, decodeFlo and such'
    : '';
