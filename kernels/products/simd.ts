/** Products of rows in WebAssembly SIMD, in a fixed piece of memory. */

import { wasmApi } from '../wasm/api.ts';
import * as w from '../wasm/code.ts';

const { add, dot, zero } = w.i32x4;
const { load, shuffle, store } = w.f32x4;

/** 4 MiB. */
const PAGES = 64;
/** Places in bytes: up to 32 rows of A, their products with a part of B, and that part. */
const [PLACE_A, PLACE_OUT, PLACE_B] = [0, 2 ** 18, 2 ** 20];
/** Rows of B worked on together, so that products and rows stay in the cache. */
const MOST_COLUMNS = 2000;

interface Kernel {
  /** Two rows of A with `columns` rows of B, a multiple of 4; addresses and sizes in bytes. */
  pair(a: number, end: number, b: number, out: number, outEnd: number, size: number, pitch: number): void;
}

function pairSource(): w.FunctionSource {
  const locals = w.createLocals(7);
  const [a, end, b, out, outEnd, size, pitch] = [0, 1, 2, 3, 4, 5, 6];
  const at = locals.integer();
  const rows = [0, 1, 2, 3].map(() => locals.integer());
  const sums = Array.from({ length: 8 }, () => locals.vector());
  const values = [0, 1].map(() => locals.vector());
  const other = locals.vector();
  const step: w.Code = [
    ...w.set(values[0], load(w.get(at))),
    ...w.set(values[1], load(w.add(w.get(at), w.get(size)))),
    ...rows.flatMap((row, k) => [
      ...w.set(other, load(w.get(row))),
      ...values.flatMap((value, i) =>
        w.set(sums[4 * i + k], add(w.get(sums[4 * i + k]), dot(w.get(value), w.get(other)))),
      ),
      ...w.increase(row, 16),
    ]),
  ];
  return {
    name: 'pair',
    locals,
    body: w.loopUntil(out, outEnd, 16, [
      ...w.set(at, w.get(a)),
      ...w.set(rows[0], w.get(b)),
      ...[1, 2, 3].flatMap((k) => w.set(rows[k], w.add(w.get(rows[k - 1]), w.get(size)))),
      ...sums.flatMap((sum) => w.set(sum, zero)),
      ...w.loopUntil(at, end, 16, step),
      ...store(w.get(out), sumLanes(sums.slice(0, 4), values)),
      ...store(w.add(w.get(out), w.get(pitch)), sumLanes(sums.slice(4), values)),
      ...w.set(b, w.get(rows[3])),
    ]),
  };
}

/** Lane k of the result is the sum of the lanes of vector k. */
function sumLanes([p, q, r, s]: readonly w.Local[], [left, right]: readonly w.Local[]): w.Code {
  const halves = (x: w.Local, y: w.Local) =>
    add(shuffle(w.get(x), w.get(y), [0, 4, 1, 5]), shuffle(w.get(x), w.get(y), [2, 6, 3, 7]));
  return [
    ...w.set(left, halves(p, q)),
    ...w.set(right, halves(r, s)),
    ...add(
      shuffle(w.get(left), w.get(right), [0, 1, 4, 5]),
      shuffle(w.get(left), w.get(right), [2, 3, 6, 7]),
    ),
  ];
}

interface Engine {
  readonly kernel: Kernel;
  readonly memory: ArrayBuffer;
}

let engine: Engine | null | undefined;

/** The one engine of this thread, made when first wanted; null without WebAssembly SIMD. */
function getEngine(): Engine | null {
  if (engine !== undefined) return engine;
  const bytes = w.assemble([pairSource()], PAGES, false);
  if (!wasmApi?.validate(bytes)) return (engine = null);
  const memory = new wasmApi.Memory({ initial: PAGES, maximum: PAGES, shared: false });
  const instance = new wasmApi.Instance(new wasmApi.Module(bytes), { kernel: { memory } });
  return (engine = { kernel: instance.exports as Kernel, memory: memory.buffer });
}

/** Rows of one length, multiplied a block of A at a time. */
export interface Products {
  /**
   * @param a up to 32 rows
   * @param fresh whether B is another than the last time
   * @param out row `i` of the products begins at `i * countB`
   */
  multiply(a: Int16Array, rows: number, b: Int16Array, countB: number, fresh: boolean, out: Int32Array): void;
}

/** @returns null where this cannot do it: no SIMD here, or rows too long for its memory */
export function openProducts(length: number): Products | null {
  const ready = getEngine();
  const size = 2 * length;
  const columns = Math.min(MOST_COLUMNS, Math.floor((PAGES * 65536 - PLACE_B) / size) & ~3);
  if (!ready || columns < 4 || 32 * size > PLACE_OUT) return null;
  const { kernel, memory } = ready;
  const [shorts, integers] = [new Int16Array(memory), new Int32Array(memory)];
  return {
    multiply(a, rows, b, countB, fresh, out) {
      shorts.set(a, PLACE_A / 2);
      for (let start = 0; start < countB; start += columns) {
        const count = Math.min(columns, countB - start);
        // A B of one part is still there from the last block of A.
        if (fresh || countB > columns)
          shorts.set(b.subarray(start * length, (start + count) * length), PLACE_B / 2);
        // What lies beyond the last row is multiplied too, and not read.
        const pitch = 4 * ((count + 3) & ~3);
        for (let i = 0; i < rows; i += 2) {
          const from = PLACE_A + i * size;
          kernel.pair(from, from + size, PLACE_B, PLACE_OUT, PLACE_OUT + pitch, size, pitch);
          for (let r = i; r < Math.min(rows, i + 2); r++) {
            const found = PLACE_OUT / 4 + ((r - i) * pitch) / 4;
            out.set(integers.subarray(found, found + count), r * countB + start);
          }
        }
      }
    },
  };
}
