/** Reads one matrix of NumPy's `.npz`, a ZIP archive of `.npy` files (numpy.lib.format; APPNOTE.TXT, PKWARE). */

import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';

export interface NpzMatrix {
  readonly rows: number;
  readonly columns: number;
  /** Row by row. */
  readonly values: Float32Array;
}

/** Signatures of a file in the archive's directory and of the directory's end. */
const [ENTRY, END] = [0x02014b50, 0x06054b50];
const STORED = 0;

/** The content of a file of a ZIP archive without ZIP64, or undefined where it holds none of that name. */
function unzip(archive: Buffer, wanted: string): Buffer | undefined {
  const end = archive.lastIndexOf(Buffer.from(Uint32Array.of(END).buffer));
  if (end < 0) return undefined;
  for (let at = archive.readUInt32LE(end + 16); archive.readUInt32LE(at) === ENTRY;) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset));
    if (archive.toString('latin1', at + 46, at + 46 + name) === wanted) return contentOf(archive, at);
    at += 46 + name + extra + comment;
  }
  return undefined;
}

/** @param entry where the directory tells of the file */
function contentOf(archive: Buffer, entry: number): Buffer {
  const size = archive.readUInt32LE(entry + 20);
  const header = archive.readUInt32LE(entry + 42);
  const start = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
  const content = archive.subarray(start, start + size);
  return archive.readUInt16LE(entry + 10) === STORED ? content : inflateRawSync(content);
}

/**
 * @param name of the array; `numpy.savez` calls the first one `arr_0`
 * @throws Error where the file holds no such matrix of little-endian float32, row by row
 */
export function readNpzMatrix(path: string, name: string): NpzMatrix {
  const bytes = unzip(readFileSync(path), `${name}.npy`);
  const start = bytes && 10 + bytes.readUInt16LE(8);
  const header = bytes?.toString('latin1', 10, start);
  const shape = /'<f4', 'fortran_order': False, 'shape': \((\d+), (\d+)\)/.exec(header ?? '');
  if (!bytes || !shape)
    throw new Error(
      `Expected a float32 matrix ${name} in ${path} but found ${header?.trim() ?? 'none of that name'}`,
    );
  const [rows, columns] = shape.slice(1).map(Number);
  const values = Float32Array.from({ length: rows * columns }, (_, i) => bytes.readFloatLE(start! + 4 * i));
  return { rows, columns, values };
}
