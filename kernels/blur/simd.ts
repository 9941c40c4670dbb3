/** Separable blurring in WebAssembly SIMD, strip by strip. */

import type { WasmMemory } from '../wasm/api.ts';
import * as w from '../wasm/code.ts';
import { canHold, SCRATCH, withMemory } from '../wasm/memory.ts';
import { kernelIn, memoryOf } from '../wasm/workspace.ts';
import { mirror } from './reference.ts';

const { add, load, loadSplat, multiply, store } = w.f32x4;

/** Values that one turn of the loop makes. */
const TURN = 16;

/** Bytes for the kernel's weights, at the start of the memory. */
const WEIGHTS = 4096;

/** Bytes of a strip's rows: they stay in the cache. */
const STRIP = 2 ** 19;

/** Bytes of the memory for planes that lie elsewhere. */
const OWN_MEMORY = 2 ** 23;

interface Kernel {
  /**
   * `out[i] = half[0] in[i] + sum_k half[k] (in[i - k * step] + in[i + k * step])` for as many `i` as lie between
   * `out` and `end`, rounded up to 16; addresses in bytes.
   */
  line(input: number, out: number, end: number, step: number, taps: number): void;
  /**
   * Blurs rows of `row` bytes along themselves until `out` reaches `end`; `pad` is room for a row and its mirror
   * images of `reach` bytes on both sides.
   */
  rows(input: number, out: number, end: number, row: number, pad: number, reach: number, taps: number): void;
}

function lineSource(): w.FunctionSource {
  const locals = w.createLocals(5);
  const [input, out, end, step, taps] = [0, 1, 2, 3, 4];
  const [tap, low, high] = [locals.integer(), locals.integer(), locals.integer()];
  const sums = [0, 1, 2, 3].map(() => locals.vector());
  const weight = locals.vector();
  const both = (at: number) => add(load(w.get(low), at), load(w.get(high), at));
  return {
    name: 'line',
    locals,
    body: w.loopUntil(out, end, 4 * TURN, [
      ...w.set(weight, loadSplat(w.constant(0))),
      ...sums.flatMap((sum, k) => w.set(sum, multiply(w.get(weight), load(w.get(input), 16 * k)))),
      ...w.set(tap, w.constant(4)),
      ...w.set(low, w.get(input)),
      ...w.set(high, w.get(input)),
      ...w.when(w.lessThan(w.get(tap), w.get(taps)), [
        ...w.loopUntil(tap, taps, 4, [
          ...w.set(low, [...w.get(low), ...w.get(step), 0x6b]),
          ...w.set(high, w.add(w.get(high), w.get(step))),
          ...w.set(weight, loadSplat(w.get(tap))),
          ...sums.flatMap((sum, k) => w.set(sum, add(w.get(sum), multiply(w.get(weight), both(16 * k))))),
        ]),
      ]),
      ...sums.flatMap((sum, k) => store(w.get(out), w.get(sum), 16 * k)),
      ...w.increase(input, 4 * TURN),
    ]),
  };
}

function rowsSource(): w.FunctionSource {
  const locals = w.createLocals(7);
  const [input, out, end, row, pad, reach, taps] = [0, 1, 2, 3, 4, 5, 6];
  const [start, last, k, stop] = Array.from({ length: 4 }, () => locals.integer());
  const minus = (a: w.Code, b: w.Code): w.Code => [...a, ...b, 0x6b];
  const copy = (to: w.Code, from: w.Code): w.Code => w.f32.store(to, w.f32.load(from));
  return {
    name: 'rows',
    locals,
    body: [
      ...w.set(start, w.add(w.get(pad), w.get(reach))),
      ...w.set(last, minus(w.add(w.get(start), w.get(row)), w.constant(4))),
      ...w.set(stop, w.add(w.get(reach), w.constant(4))),
      ...w.loopWhile(w.lessThan(w.get(out), w.get(end)), [
        ...w.copyBytes(w.get(start), w.get(input), w.get(row)),
        ...w.set(k, w.constant(4)),
        ...w.loopUntil(k, stop, 4, [
          ...copy(minus(w.get(start), w.get(k)), w.add(w.get(start), w.get(k))),
          ...copy(w.add(w.get(last), w.get(k)), minus(w.get(last), w.get(k))),
        ]),
        ...w.call(0, w.get(start), w.get(out), w.add(w.get(out), w.get(row)), w.constant(4), w.get(taps)),
        ...w.set(input, w.add(w.get(input), w.get(row))),
        ...w.set(out, w.add(w.get(out), w.get(row))),
      ]),
    ],
  };
}

const openKernel = kernelIn<Kernel>(() => [lineSource(), rowsSource()]);

/**
 * As the definition.
 *
 * @returns false where this cannot do it: no SIMD here, rows no longer than the kernel, or too long for the memory
 */
export function blurSimd(
  data: Float32Array,
  width: number,
  height: number,
  half: Float32Array,
  out: Float32Array,
): boolean {
  const inside = memoryOf(out);
  const blur = (memory: WasmMemory, room: number): boolean =>
    blurIn(memory, room, data, width, height, half, out);
  if (inside && blur(inside, SCRATCH)) return true;
  return canHold(OWN_MEMORY) && withMemory(OWN_MEMORY, (memory) => blur(memory, OWN_MEMORY));
}

/** Blurs by means of the first `room` bytes of a memory, in which the planes may lie or not. */
function blurIn(
  memory: WasmMemory,
  room: number,
  data: Float32Array,
  width: number,
  height: number,
  half: Float32Array,
  out: Float32Array,
): boolean {
  const kernel = openKernel(memory);
  const radius = half.length - 1;
  const [row, reach, taps] = [4 * width, 4 * radius, 4 * half.length];
  const [reads, writes] = [data, out].map(({ buffer }) => buffer !== memory.buffer);
  const pad = WEIGHTS + 4 * TURN;
  const first = pad + row + 2 * reach + 8 * TURN;
  const copies = 1 + Number(reads) + Number(writes);
  const fitting = Math.floor((room - first - 12 * TURN) / (row * copies)) - 2 * radius;
  if (!kernel || taps > WEIGHTS || width <= radius || fitting < Math.max(1, radius)) return false;
  const rows = Math.min(fitting, Math.max(2 * radius, Math.floor(STRIP / row), 1));
  const floats = new Float32Array(memory.buffer);
  const across = first;
  const input = across + (rows + 2 * radius) * row + 4 * TURN;
  const result = input + (reads ? (rows + 2 * radius) * row : 0) + 4 * TURN;
  floats.set(half);
  for (let top = 0; top < height; top += rows) {
    const bottom = Math.min(height, top + rows);
    const [from, to] = [Math.max(0, top - radius), Math.min(height, bottom + radius)];
    if (reads) floats.set(data.subarray(from * width, to * width), input / 4);
    const rowAt = (y: number): number => (reads ? input + (y - from) * row : data.byteOffset + y * row);
    const blurRows = (y: number, place: number, count: number): void =>
      kernel.rows(rowAt(y), across + place * row, across + (place + count) * row, row, pad, reach, taps);
    // In their order, since each spoils the beginning of the next; those of the picture at once.
    for (let y = top - radius; y < 0; y++) blurRows(mirror(y, height), y - top + radius, 1);
    blurRows(from, from - top + radius, to - from);
    for (let y = height; y < bottom + radius; y++) blurRows(mirror(y, height), y - top + radius, 1);
    const target = writes ? result : out.byteOffset + top * row;
    kernel.line(across + radius * row, target, target + (bottom - top) * row, row, taps);
    if (writes) out.set(floats.subarray(target / 4, target / 4 + (bottom - top) * width), top * width);
  }
  return true;
}
