/** Extrema in WebAssembly SIMD, strip by strip in a fixed piece of memory. */

import { wasmApi } from '../wasm/api.ts';
import * as w from '../wasm/code.ts';

const { atMost, and, greatest, least, load, loadSplat, or, store, subtract } = w.f32x4;

/** 4 MiB. */
const PAGES = 64;
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

interface Engine {
  readonly kernel: Kernel;
  readonly memory: ArrayBuffer;
}

let engine: Engine | null | undefined;

/** The one engine of this thread, made when first wanted; null without WebAssembly SIMD. */
function getEngine(): Engine | null {
  if (engine !== undefined) return engine;
  const bytes = w.assemble([subtractSource(), markSource()], PAGES, false);
  if (!wasmApi?.validate(bytes)) return (engine = null);
  const memory = new wasmApi.Memory({ initial: PAGES, maximum: PAGES, shared: false });
  const instance = new wasmApi.Instance(new wasmApi.Module(bytes), { kernel: { memory } });
  return (engine = { kernel: instance.exports as Kernel, memory: memory.buffer });
}

/** @returns null where this cannot do it: no SIMD here, or rows too long for its memory */
export function findExtremaSimd(
  layers: readonly Float32Array[],
  width: number,
  height: number,
  border: number,
  limit: number,
): number[][] | null {
  const ready = getEngine();
  const room = Math.floor((PAGES * 65536 - FIRST) / 4) - 4 * width;
  // Differences, two layers to make them of, and a byte of marks for four values.
  const rows = Math.floor(room / (width * (layers.length + 1.25))) - 2;
  if (!ready || rows < 4) return null;
  const found: number[][] = layers.slice(3).map(() => []);
  new Float32Array(ready.memory)[0] = limit;
  for (let top = border; top < height - border; top += rows) {
    const strip = { top, bottom: Math.min(height - border, top + rows), width, border };
    searchStrip(ready, layers, strip, found);
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
  { kernel, memory }: Engine,
  layers: readonly Float32Array[],
  strip: Strip,
  found: number[][],
): void {
  const { top, bottom, width, border } = strip;
  const [floats, bytes] = [new Float32Array(memory), new Uint8Array(memory)];
  const count = (bottom - top + 2) * width;
  const plane = 4 * ((count + 7) & ~3);
  const inputs = [0, 1].map((k) => FIRST + k * plane);
  const differences = FIRST + 2 * plane;
  const marks = differences + (layers.length - 1) * plane;
  layers.forEach((layer, s) => {
    floats.set(layer.subarray((top - 1) * width, (bottom + 1) * width), inputs[s & 1] / 4);
    const out = differences + (s - 1) * plane;
    if (s > 0) kernel.subtract(inputs[(s - 1) & 1], inputs[s & 1], out, out + 4 * count);
  });
  for (let k = 0; k < found.length; k++) {
    const start = differences + (k + 1) * plane + 4 * width;
    const values = (bottom - top) * width;
    kernel.mark(start, start + 4 * values, marks, 4 * width, plane);
    for (let m = 0; 4 * m < values; m++) {
      const bits = bytes[marks + m];
      if (bits) collect(bits, 4 * m, strip, found[k]);
    }
  }

  function collect(bits: number, first: number, { top: from }: Strip, out: number[]): void {
    for (let b = 0; b < 4; b++) {
      const x = (first + b) % width;
      if (!(bits & (1 << b)) || x < border || x >= width - border) continue;
      const i = from * width + first + b;
      if (i < bottom * width) out.push(i);
    }
  }
}
