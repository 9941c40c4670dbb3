/** Extrema in WebAssembly SIMD, strip by strip. */

import * as built from '../built/extrema.ts';
import type { WasmMemory } from '../wasm/api.ts';
import { canHold, SCRATCH, withMemory } from '../wasm/memory.ts';
import { kernelIn, memoryOf } from '../wasm/workspace.ts';

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

const openKernel = kernelIn<Kernel>(built);

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
