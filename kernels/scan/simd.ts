/** Scans in WebAssembly SIMD: rows and sketches stay in one memory. */

import * as built from '../built/scan.ts';
import { SCRATCH } from '../wasm/memory.ts';
import { kernelIn, memoryOf, openWorkspace } from '../wasm/workspace.ts';
import { selectBest, selectLeast } from './select.ts';
import type { ByteRows, PreparedScan } from './types.ts';

interface Kernel {
  /** The signs of bytes from `rows` to `end`, as bits. */
  sketch(rows: number, end: number, out: number): void;
  /** Bits in which sketches of `size` bytes differ from that at `query`, as integers from `out` to `end`. */
  hamming(query: number, sketches: number, size: number, out: number, end: number): void;
  /** Products of the row at `query` with rows of `size` bytes; `list` to `end` gives their places. */
  products(query: number, rows: number, size: number, list: number, end: number, out: number): void;
}

const openKernel = kernelIn<Kernel>(built);

/** Places in the scratch memory: the query and its sketch. */
const [QUERY, SKETCH] = [0, 8192];
/** Rows whose products are computed at once; their places and products lie in the scratch memory. */
const BLOCK = 2 ** 14;
const [LIST, PRODUCTS] = [2 ** 16, 2 ** 16 + 4 * BLOCK];

/** @returns null where this cannot do it: no SIMD here, or not so much memory */
export function scanSimd({ count, length, data }: ByteRows): PreparedScan | null {
  /** Rounded up, since four sketches are compared at once. */
  const lanes = (count + 3) & ~3;
  const sizes = [(lanes * length) / 4, (lanes * length) / 32, lanes];
  const workspace = openWorkspace(sizes);
  if (!workspace) return null;
  const [rows, sketches, distances] = sizes.map((size) => workspace.take(size).byteOffset);
  const memory = memoryOf(workspace.take(0));
  const kernel = memory && openKernel(memory);
  if (!kernel) {
    workspace.release();
    return null;
  }
  const { buffer } = memory;
  const bytes = new Int8Array(buffer);
  bytes.set(data.subarray(0, count * length), rows);
  kernel.sketch(rows, rows + lanes * length, sketches);

  const findList = (shortlist: number): Int32Array => {
    if (shortlist >= count) return Int32Array.from({ length: count }, (_, i) => i);
    kernel.sketch(QUERY, QUERY + length, SKETCH);
    kernel.hamming(SKETCH, sketches, length / 8, distances, distances + 4 * lanes);
    return selectLeast(new Int32Array(buffer, distances, count), length, shortlist);
  };
  const multiply = (list: Int32Array, norms?: Float32Array): Float64Array => {
    const out = new Float64Array(list.length);
    for (let start = 0; start < list.length; start += BLOCK) {
      const part = list.subarray(start, start + BLOCK);
      new Int32Array(buffer, LIST, part.length).set(part);
      kernel.products(QUERY, rows, length, LIST, LIST + 4 * part.length, PRODUCTS);
      out.set(new Int32Array(buffer, PRODUCTS, part.length), start);
    }
    if (norms) for (let k = 0; k < out.length; k++) out[k] /= norms[list[k]];
    return out;
  };
  return {
    count,
    run(query, { top, shortlist, norms }) {
      bytes.set(query, QUERY);
      const list = findList(shortlist);
      return selectBest(list, multiply(list, norms), top);
    },
    dispose: () => workspace.release(),
  };
}

/** The scratch memory holds all of it. */
if (PRODUCTS + 4 * BLOCK > SCRATCH) throw new RangeError('Expected less than the scratch memory');
