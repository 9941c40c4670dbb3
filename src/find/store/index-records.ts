import { FileError } from '../../core/index.ts';

/** The first line of an index of photos. */
export const MAGIC = 'whither-index 1\n';

/** What the vectors of an index were made by. */
export interface IndexHeader {
  readonly model: string;
  readonly fingerprint: string;
  /** Numbers of a vector. */
  readonly length: number;
}

/** What an index knows of a file besides its vector. */
export interface IndexedFile {
  /** The path as it was given. */
  readonly file: string;
  /** In bytes. */
  readonly size: number;
  /** When the file was last changed, in milliseconds since 1970. */
  readonly changed: number;
}

/** One record after the first: a file that was described, or one that is in the index no more. */
export interface IndexRecord {
  readonly entry: IndexedFile;
  /** Absent of a file that was removed. */
  readonly vector?: Int8Array;
}

export const encodeHeader = (header: IndexHeader): Uint8Array => Buffer.from(JSON.stringify(header));

export function decodeHeader(record: Uint8Array, path: string): IndexHeader {
  const header = parse(record, path) as IndexHeader;
  const { model, fingerprint, length } = header;
  const fits = typeof model === 'string' && typeof fingerprint === 'string';
  if (fits && Number.isInteger(length) && length >= 128 && length <= 4096 && length % 128 === 0)
    return header;
  throw damaged(path);
}

/** The length of the text, the text, the vector. */
export function encodeRecord({ entry, vector }: IndexRecord): Uint8Array {
  const text = Buffer.from(JSON.stringify([entry.file, entry.size, entry.changed]));
  const bytes = Buffer.alloc(2 + text.length + (vector?.length ?? 0));
  bytes.writeUInt16LE(text.length, 0);
  bytes.set(text, 2);
  if (vector) bytes.set(new Uint8Array(vector.buffer, vector.byteOffset, vector.length), 2 + text.length);
  return bytes;
}

export function decodeRecord(record: Uint8Array, { length }: IndexHeader, path: string): IndexRecord {
  const text = record.length >= 2 ? record[0] + 256 * record[1] : 0;
  const rest = record.length - 2 - text;
  if (rest !== 0 && rest !== length) throw damaged(path);
  const [file, size, changed] = parse(record.subarray(2, 2 + text), path) as [unknown, unknown, unknown];
  if (typeof file !== 'string' || typeof size !== 'number' || typeof changed !== 'number')
    throw damaged(path);
  const entry = { file, size, changed };
  return rest
    ? { entry, vector: Int8Array.from(record.subarray(2 + text), (v) => (v << 24) >> 24) }
    : { entry };
}

function parse(bytes: Uint8Array, path: string): object {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString());
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Told below.
  }
  throw damaged(path);
}

const damaged = (path: string): FileError =>
  new FileError(`Expected an index of photos at ${path} but it is damaged: index the photos again`);
