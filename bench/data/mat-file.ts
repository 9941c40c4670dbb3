/** Reads one matrix of numbers from a MATLAB file, version 5 (MAT-File Format, The MathWorks). */

import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

export interface MatMatrix {
  readonly rows: number;
  readonly columns: number;
  /** Column by column. */
  readonly values: readonly number[];
}

interface Element {
  readonly type: number;
  readonly data: Buffer;
}

const [COMPRESSED, MATRIX] = [15, 14];

/** Readers of the numeric types, by their number in the format, and bytes a value. */
const NUMBERS: Readonly<Record<number, readonly [bytes: number, read: (b: Buffer, at: number) => number]>> = {
  1: [1, (b, at) => b.readInt8(at)],
  2: [1, (b, at) => b.readUInt8(at)],
  3: [2, (b, at) => b.readInt16LE(at)],
  4: [2, (b, at) => b.readUInt16LE(at)],
  5: [4, (b, at) => b.readInt32LE(at)],
  6: [4, (b, at) => b.readUInt32LE(at)],
  7: [4, (b, at) => b.readFloatLE(at)],
  9: [8, (b, at) => b.readDoubleLE(at)],
};

/** The elements that follow each other in `data`; small ones hold their data in their own tag. */
function* elementsOf(data: Buffer): Generator<Element> {
  for (let at = 0; at + 8 <= data.length;) {
    const small = data.readUInt32LE(at) >>> 16;
    const type = data.readUInt32LE(at) & 0xffff;
    const size = small || data.readUInt32LE(at + 4);
    const start = at + (small ? 4 : 8);
    yield { type, data: data.subarray(start, start + size) };
    // All but compressed elements are padded to eight bytes.
    at = small ? at + 8 : start + (type === COMPRESSED ? size : Math.ceil(size / 8) * 8);
  }
}

function numbersOf({ type, data }: Element): number[] {
  const [bytes, read] = NUMBERS[type];
  return Array.from({ length: data.length / bytes }, (_, i) => read(data, i * bytes));
}

/**
 * @param name of the variable
 * @throws Error where the file holds no such matrix
 */
export function readMatMatrix(path: string, name: string): MatMatrix {
  for (const { type, data } of elementsOf(readFileSync(path).subarray(128))) {
    const [found] = type === COMPRESSED ? elementsOf(inflateSync(data)) : [{ type, data }];
    if (found.type !== MATRIX) continue;
    const [, size, label, values] = elementsOf(found.data);
    if (label.data.toString('latin1') !== name) continue;
    const [rows, columns] = numbersOf(size);
    return { rows, columns, values: numbersOf(values) };
  }
  throw new Error(`Expected a matrix ${name} in ${path} but found none`);
}
