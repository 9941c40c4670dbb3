/** Extrema in WebAssembly SIMD, strip by strip. */

import type { WasmMemory } from '../wasm/api.ts';
import * as w from '../wasm/code.ts';
import { canHold, SCRATCH, withMemory } from '../wasm/memory.ts';
import { kernelIn, memoryOf } from '../wasm/workspace.ts';

const { atMost, and, greatest, least, load, loadSplat, or, store, subtract } = w.f32x4;

/** Bytes of the memory for layers that lie elsewhere. */
const OWN_MEMORY = 2 ** 22;
/** The limit lies at the start of the memory, and the marks and strips from here on. */
const FIRST = 64;

interface Kernel {
  /** `out = b - a` for as many values as lie between `out` and `end`, rounded up to 4; addresses in bytes. */
  subtract(a: number, b: number, out: number, end: number): void;
  /**
   * One byte for four values from `at` to `end`, a bit set for each that is an extremum among its neighbours in rows
   * `row` bytes apart and planes `plane` bytes apart.
   */
  mark(at: number, end: number, out: number, row: number, plane: number): void;
}

function subtractSource(): w.FunctionSource {
  const [a, b, out, end] = [0, 1, 2, 3];
  return {
    name: 'subtract',
    locals: w.createLocals(4),
    body: w.loopUntil(out, end, 16, [
      ...store(w.get(out), subtract(load(w.get(b)), load(w.get(a)))),
      ...w.increase(a, 16),
      ...w.increase(b, 16),
    ]),
  };
}

function markSource(): w.FunctionSource {
  const locals = w.createLocals(5);
  const [at, end, out, row, plane] = [0, 1, 2, 3, 4];
  const place = locals.integer();
  const [value, most, fewest, other, limit] = Array.from({ length: 5 }, () => locals.vector());
  const minus = (a: w.Code, b: w.Code): w.Code => [...a, ...b, 0x6b];
  const compare: w.Code = [
    ...w.set(most, greatest(w.get(most), w.get(other))),
    ...w.set(fewest, least(w.get(fewest), w.get(other))),
  ];
  /** Three neighbours in a row whose middle is at `place`. */
  const threeOf: w.Code = [-4, 0, 4].flatMap((shift) => [
    ...w.set(other, load(w.add(w.get(place), w.constant(shift)))),
    ...compare,
  ]);
  const rowsOf = (middle: w.Code): w.Code =>
    [minus(middle, w.get(row)), middle, w.add(middle, w.get(row))].flatMap((start) => [
      ...w.set(place, start),
      ...threeOf,
    ]);
  const planes = [minus(w.get(at), w.get(plane)), w.get(at), w.add(w.get(at), w.get(plane))];
  const isTop = and(atMost(w.get(most), w.get(value)), w.f32x4.below(w.get(limit), w.get(value)));
  const isBottom = and(
    atMost(w.get(value), w.get(fewest)),
    w.f32x4.below(w.get(value), subtract(w.f32x4.zero, w.get(limit))),
  );
  return {
    name: 'mark',
    locals,
    body: [
      ...w.set(limit, loadSplat(w.constant(0))),
      ...w.loopUntil(at, end, 16, [
        ...w.set(value, load(w.get(at))),
        ...w.set(most, w.get(value)),
        ...w.set(fewest, w.get(value)),
        ...planes.flatMap(rowsOf),
        ...w.i32.storeByte(w.get(out), w.i32x4.signs(or(isTop, isBottom))),
        ...w.increase(out, 1),
      ]),
    ],
  };
}

const openKernel = kernelIn<Kernel>(() => [subtractSource(), markSource()]);

/** @returns null where this cannot do it: no SIMD here, or rows too long for its memory */
export function findExtremaSimd(
  layers: readonly Float32Array[],
  width: number,
  height: number,
  border: number,
  limit: number,
): number[][] | null {
  const common = memoryOf(layers[0]);
  const search = { layers, width, height, border, limit };
  const find = (memory: WasmMemory, bytes: number): number[][] | null => findIn(memory, bytes, search);
  if (common && layers.every(({ buffer }) => buffer === common.buffer)) return find(common, SCRATCH);
  return canHold(OWN_MEMORY) ? withMemory(OWN_MEMORY, (memory) => find(memory, OWN_MEMORY)) : null;
}

/** What is looked through, and for what. */
interface Search {
  readonly layers: readonly Float32Array[];
  readonly width: number;
  readonly height: number;
  readonly border: number;
  readonly limit: number;
}

/** Finds them by means of the first `bytes` of a memory, in which the layers may lie or not. */
function findIn(
  memory: WasmMemory,
  bytes: number,
  { layers, width, height, border, limit }: Search,
): number[][] | null {
  const inside = layers[0].buffer === memory.buffer;
  const kernel = openKernel(memory);
  const room = Math.floor((bytes - FIRST) / 4) - 4 * width;
  // Differences, a byte of marks for four values, and two layers where they lie elsewhere.
  const rows = Math.floor(room / (width * (layers.length - 0.75 + (inside ? 0 : 2)))) - 2;
  if (!kernel || rows < 4) return null;
  const found: number[][] = layers.slice(3).map(() => []);
  new Float32Array(memory.buffer)[0] = limit;
  for (let top = border; top < height - border; top += rows) {
    const strip = { top, bottom: Math.min(height - border, top + rows), width, border };
    searchStrip(kernel, memory.buffer, layers, strip, found);
  }
  return found;
}

interface Strip {
  readonly top: number;
  readonly bottom: number;
  readonly width: number;
  readonly border: number;
}

function searchStrip(
  kernel: Kernel,
  memory: ArrayBuffer,
  layers: readonly Float32Array[],
  strip: Strip,
  found: number[][],
): void {
  const { top, bottom, width } = strip;
  const count = (bottom - top + 2) * width;
  const plane = 4 * ((count + 7) & ~3);
  const marks = FIRST + (layers.length - 1) * plane;
  const floats = new Float32Array(memory);
  /** Where the strip of a layer lies; brought here where it is elsewhere. */
  const placeOf = (s: number): number => {
    const from = (top - 1) * width;
    if (layers[s].buffer === memory) return layers[s].byteOffset + 4 * from;
    const at = marks + plane / 4 + (s & 1) * plane;
    floats.set(layers[s].subarray(from, from + count), at / 4);
    return at;
  };
  let last = placeOf(0);
  for (let s = 1; s < layers.length; s++) {
    const next = placeOf(s);
    const out = FIRST + (s - 1) * plane;
    kernel.subtract(last, next, out, out + 4 * count);
    last = next;
  }
  const values = (bottom - top) * width;
  const words = new Int32Array(memory, marks, Math.ceil(values / 16));
  for (let k = 0; k < found.length; k++) {
    const start = FIRST + (k + 1) * plane + 4 * width;
    kernel.mark(start, start + 4 * values, marks, 4 * width, plane);
    for (let m = 0; m < words.length; m++) if (words[m]) collect(words[m], 16 * m, strip, found[k]);
  }
}

/** Takes the marks of sixteen values: the low four bits of each byte. */
function collect(word: number, first: number, { top, bottom, width, border }: Strip, out: number[]): void {
  for (let b = 0; b < 16; b++) {
    const x = (first + b) % width;
    if (!(word & (1 << (b + (b & ~3)))) || x < border || x >= width - border) continue;
    const i = top * width + first + b;
    if (i < bottom * width) out.push(i);
  }
}
