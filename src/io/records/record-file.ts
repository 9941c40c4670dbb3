import { open } from 'node:fs/promises';
import { FileError } from '../../core/index.ts';
import { asFileError, inspectPath, openRegular } from '../disk/index.ts';
import type { OpenFile } from '../disk/index.ts';
import { crc32 } from './crc32.ts';

/** Before each record: its length and its check sum, 32 bits each, the least byte first. */
const HEAD = 8;
/** No record is longer. */
export const MAX_RECORD_BYTES = 2 ** 20;
/** Bytes that are read at once. */
const BLOCK = 2 ** 22;

/** A file of records, at whose end others can be appended. What was appended before a crash is there after it. */
export interface RecordFile {
  /** Writes records behind the last one, in one piece. */
  append(records: readonly Uint8Array[]): Promise<void>;
  close(): Promise<void>;
}

/** What reads a file of records. */
export interface RecordReader {
  /** The text that such a file begins with, one line. */
  readonly magic: string;
  /** What such a file is called in errors, such as `an index of photos`. */
  readonly what: string;
  /** Is given each record in the order of the file; it must not keep the bytes. */
  readonly onRecord: (record: Uint8Array) => void;
}

/**
 * Reads all records of a file. A last record that is incomplete, as after a crash, is left out.
 *
 * @returns bytes up to the end of the last whole record
 * @throws {FileError} where there is no such file, or it begins with another text
 */
export async function readRecords(path: string, reader: RecordReader): Promise<number> {
  const file = await openRegular(path, reader.what);
  try {
    return await scanRecords(file, path, reader);
  } finally {
    await file.close();
  }
}

async function scanRecords(
  file: OpenFile,
  path: string,
  { magic, what, onRecord }: RecordReader,
): Promise<number> {
  const start = Buffer.from(magic);
  const buffer = Buffer.allocUnsafe(BLOCK);
  let end = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, BLOCK, end);
    let at = 0;
    if (end === 0) {
      if (!buffer.subarray(0, Math.min(bytesRead, start.length)).equals(start))
        throw new FileError(`Expected ${what} at ${path} but it begins otherwise: give another name`);
      at = start.length;
    }
    for (let record; (record = recordAt(buffer, at, bytesRead)); at += HEAD + record.length) onRecord(record);
    if (at === 0) return end;
    end += at;
  }
}

/** The whole record that begins there; undefined where there is none. */
function recordAt(buffer: Buffer, at: number, end: number): Uint8Array | undefined {
  if (at + HEAD > end) return undefined;
  const length = buffer.readUInt32LE(at);
  if (length > MAX_RECORD_BYTES || at + HEAD + length > end) return undefined;
  const record = buffer.subarray(at + HEAD, at + HEAD + length);
  return crc32(record) === buffer.readUInt32LE(at + 4) ? record : undefined;
}

/**
 * Opens a file of records to append to, and makes it where there is none. All that is there is read first; what a crash
 * left behind the last whole record is cut off.
 */
export async function openRecords(path: string, reader: RecordReader): Promise<RecordFile> {
  const found = await inspectPath(path);
  if (found !== 'nothing' && found !== 'file')
    throw new FileError(`Expected a file name for ${reader.what} but ${path} is a folder or a device`);
  let end = found === 'file' ? await readRecords(path, reader) : 0;
  const file = await asFileError(`to write to ${path}`, open(path, found === 'file' ? 'r+' : 'wx'));
  const write = async (bytes: Uint8Array): Promise<void> => {
    await asFileError(`to write ${bytes.length} bytes to ${path}`, file.write(bytes, 0, bytes.length, end));
    end += bytes.length;
  };
  try {
    await file.truncate(end);
    if (end === 0) await write(Buffer.from(reader.magic));
  } catch (error) {
    await file.close();
    throw error;
  }
  return { append: (records) => write(frame(records)), close: () => file.close() };
}

/** Records as they lie in the file. */
export function frame(records: readonly Uint8Array[]): Uint8Array {
  const bytes = Buffer.alloc(records.reduce((sum, { length }) => sum + HEAD + length, 0));
  let at = 0;
  for (const record of records) {
    bytes.writeUInt32LE(record.length, at);
    bytes.writeUInt32LE(crc32(record), at + 4);
    bytes.set(record, at + HEAD);
    at += HEAD + record.length;
  }
  return bytes;
}
