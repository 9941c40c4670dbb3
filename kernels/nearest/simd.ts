/** Nearest rows in WebAssembly SIMD, in memory of a fixed size. */

import * as built from '../built/nearest.ts';
import { kernelWithMemory } from '../wasm/workspace.ts';
import { NONE } from './types.ts';
import type { Apart, Nearest, Rows } from './types.ts';

/** Bytes that it works in. */
const MEMORY = 2 ** 22;
/** Places in bytes: rows of A, the best of each, their products with all of B, a part of B, and what is known of B. */
const [PLACE_A, PLACE_BEST, PLACE_PRODUCTS, PLACE_B, PLACE_KNOWN] = [0, 2 ** 17, 2 ** 18, 2 ** 20, 2 ** 21];
/** Rows of A worked on at once. */
const BLOCK = 32;
/** Rows of B worked on together, so that products and rows stay in the cache. */
const MOST_COLUMNS = 2000;

interface Kernel {
  /** Two rows of A with `columns` rows of B, a multiple of 4; addresses and sizes in bytes. */
  pair(a: number, end: number, b: number, out: number, outEnd: number, size: number, pitch: number): void;
  /**
   * The best of row `i` of the products, which lies from `row` to `end`, in four lanes, and then their places; `first`
   * and `index` are what is known of the columns.
   */
  search(row: number, end: number, first: number, index: number, i: number, best: number): void;
  /** The greatest product in four lanes, of the columns whose points are far from the one at `point`. */
  second(row: number, end: number, x: number, y: number, point: number, best: number): void;
}

interface Engine {
  readonly kernel: Kernel;
  readonly memory: ArrayBuffer;
}

const withKernel = kernelWithMemory<Kernel>(built);

/** @returns null where this cannot do it: no SIMD here, or too many rows or too long ones for its memory */
export const nearestSimd = (a: Rows, b: Rows, apart?: Apart): Nearest | null =>
  withKernel(MEMORY, (kernel, memory) => nearestIn({ kernel, memory }, a, b, apart));

function nearestIn(engine: Engine, a: Rows, b: Rows, apart?: Apart): Nearest | null {
  const size = 2 * a.length;
  const columns = Math.min(MOST_COLUMNS, Math.floor((PLACE_KNOWN - PLACE_B) / size) & ~3);
  /** Bytes of a row of products, whole vectors. */
  const pitch = 4 * ((b.count + 3) & ~3);
  const rows = Math.min(BLOCK, Math.floor((PLACE_B - PLACE_PRODUCTS) / pitch) & ~1);
  const fits = columns >= 4 && rows >= 2 && BLOCK * size <= PLACE_BEST && 4 * pitch <= MEMORY - PLACE_KNOWN;
  if (!fits) return null;
  const known = openKnown(engine.memory, b.count, pitch, apart);
  const found = {
    indexA: new Int32Array(a.count),
    firstA: new Int32Array(a.count),
    secondA: new Int32Array(a.count).fill(NONE),
  };
  for (let start = 0; start < a.count; start += rows) {
    const count = Math.min(rows, a.count - start);
    multiply(engine, a, start, count, b, columns, pitch);
    searchBlock(engine, found, start, count, known);
  }
  return { ...found, indexB: known.index.slice(0, b.count) };
}

/** The products of some rows of A with all of B. */
function multiply(
  { kernel, memory }: Engine,
  a: Rows,
  start: number,
  rows: number,
  b: Rows,
  columns: number,
  pitch: number,
): void {
  const shorts = new Int16Array(memory);
  const { length } = a;
  const size = 2 * length;
  shorts.set(a.data.subarray(start * length, (start + rows) * length), PLACE_A / 2);
  for (let from = 0; from < b.count; from += columns) {
    const count = Math.min(columns, b.count - from);
    // A B of one part is still there from the last block of A.
    if (start === 0 || b.count > columns)
      shorts.set(b.data.subarray(from * length, (from + count) * length), PLACE_B / 2);
    for (let r = 0; r < rows; r += 2) {
      const row = PLACE_A + r * size;
      const out = PLACE_PRODUCTS + r * pitch + 4 * from;
      // What lies beyond the last row is multiplied too, and not looked at.
      kernel.pair(row, row + size, PLACE_B, out, out + 4 * ((count + 3) & ~3), size, pitch);
    }
  }
}

/** What is known of the rows of B, and where it lies. */
interface Known {
  readonly count: number;
  readonly pitch: number;
  /** The row of A that is the best of each so far. */
  readonly index: Int32Array;
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** The least squared distance of a rival's point. */
  readonly least: number;
}

function openKnown(memory: ArrayBuffer, count: number, pitch: number, apart?: Apart): Known {
  const [first, index, x, y] = [0, 1, 2, 3].map((k) => PLACE_KNOWN + k * pitch);
  const lanes = pitch / 4;
  new Int32Array(memory, first, lanes).fill(NONE);
  const known = {
    count,
    pitch,
    index: new Int32Array(memory, index, lanes).fill(0),
    x: new Float32Array(memory, x, lanes).fill(0),
    y: new Float32Array(memory, y, lanes).fill(0),
    least: apart ? apart.distance ** 2 : 0,
  };
  for (let j = 0; apart && j < count; j++) {
    known.x[j] = apart.points[2 * j];
    known.y[j] = apart.points[2 * j + 1];
  }
  return known;
}

function searchBlock(
  { kernel, memory }: Engine,
  { indexA, firstA, secondA }: Pick<Nearest, 'indexA' | 'firstA' | 'secondA'>,
  start: number,
  rows: number,
  { count, pitch, index, x, y, least }: Known,
): void {
  const [integers, floats] = [new Int32Array(memory), new Float32Array(memory)];
  const best = PLACE_BEST / 4;
  const rowAt = (r: number): number => PLACE_PRODUCTS + r * pitch;
  for (let r = 0; r < rows; r++) {
    integers.fill(NONE, rowAt(r) / 4 + count, rowAt(r + 1) / 4);
    kernel.search(rowAt(r), rowAt(r + 1), PLACE_KNOWN, index.byteOffset, start + r, PLACE_BEST);
    let lane = 0;
    for (let k = 1; k < 4; k++) {
      const ahead = integers[best + k] - integers[best + lane];
      if (ahead > 0 || (ahead === 0 && integers[best + 4 + k] < integers[best + 4 + lane])) lane = k;
    }
    firstA[start + r] = integers[best + lane];
    indexA[start + r] = integers[best + 4 + lane];
  }
  for (let r = 0; r < rows; r++) {
    const partner = indexA[start + r];
    integers[rowAt(r) / 4 + partner] = NONE;
    floats[best] = x[partner];
    floats[best + 1] = y[partner];
    floats[best + 2] = least;
    kernel.second(rowAt(r), rowAt(r + 1), x.byteOffset, y.byteOffset, PLACE_BEST, PLACE_BEST + 16);
    for (let k = 4; k < 8; k++) secondA[start + r] = Math.max(secondA[start + r], integers[best + k]);
  }
}
