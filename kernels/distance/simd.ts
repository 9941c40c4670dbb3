/** Distances in WebAssembly SIMD: what comes from the row before four pixels at a time, and then one after the other. */

import * as w from '../wasm/code.ts';
import { createLayout } from '../wasm/layout.ts';
import { kernelWithMemory } from '../wasm/workspace.ts';

const { add, divide, least, load, splat, store } = w.f32x4;
const [STRAIGHT, DIAGONAL] = [3, 4];

interface Kernel {
  /**
   * Steps to pixels from `at` to `end` by way of the row at `before`, where the mask is 1, and of each other from the
   * first to the last.
   */
  down(at: number, end: number, before: number, mask: number): void;
  /** The same from the last to the first, for pixels that have been reached the other way. */
  up(at: number, end: number, after: number): void;
  /** Steps become pixels. */
  finish(at: number, end: number): void;
}

/** The least steps by way of three neighbours in another row. */
const throughRow = (row: w.Local): w.Code =>
  least(
    add(load(w.get(row)), splat(STRAIGHT)),
    add(least(load(w.subtract(w.get(row), w.constant(4))), load(w.get(row), 4)), splat(DIAGONAL)),
  );

/** Each value of a row becomes no more than its neighbour's `by` bytes before, and a step. */
const alongRow = (place: w.Local, value: w.Local, until: w.Code, by: number): w.Code =>
  w.repeat([
    ...w.set(value, w.f32.least(w.f32.load(w.get(place)), w.f32.add(w.get(value), w.constantF32(STRAIGHT)))),
    ...w.f32.store(w.get(place), w.get(value)),
    ...w.increase(place, by),
    ...w.when(until, w.again(1)),
  ]);

function downSource(): w.FunctionSource {
  const locals = w.createLocals(4);
  const [at, end, before, mask] = [0, 1, 2, 3];
  const place = locals.integer();
  const value = locals.float();
  const inside = w.colours.toFloats(w.get(mask));
  return {
    name: 'down',
    locals,
    body: [
      ...w.set(place, w.get(at)),
      ...w.loopUntil(place, end, 16, [
        ...store(w.get(place), w.f32x4.multiply(throughRow(before), inside)),
        ...w.increase(before, 16),
        ...w.increase(mask, 4),
      ]),
      ...alongRow(at, value, w.lessThan(w.get(at), w.get(end)), 4),
    ],
  };
}

function upSource(): w.FunctionSource {
  const locals = w.createLocals(3);
  const [at, end, after] = [0, 1, 2];
  const place = locals.integer();
  const value = locals.float();
  return {
    name: 'up',
    locals,
    body: [
      ...w.set(place, w.get(at)),
      ...w.loopUntil(place, end, 16, [
        ...store(w.get(place), least(load(w.get(place)), throughRow(after))),
        ...w.increase(after, 16),
      ]),
      ...w.increase(end, -4),
      ...alongRow(end, value, w.atLeast(w.get(end), w.get(at)), -4),
    ],
  };
}

function finishSource(): w.FunctionSource {
  const [at, end] = [0, 1];
  const pixels = divide(load(w.get(at)), splat(STRAIGHT));
  return {
    name: 'finish',
    locals: w.createLocals(2),
    body: w.loopUntil(at, end, 16, store(w.get(at), pixels)),
  };
}

const withKernel = kernelWithMemory<Kernel>(() => [downSource(), upSource(), finishSource()]);

/** @returns null where this cannot do it: no SIMD here, or more than 2 GiB of pixels */
export function distanceSimd(mask: Uint8Array, width: number, height: number): Float32Array | null {
  const layout = createLayout('masks');
  // Zeros beside a row, one before it and as many behind as a vector may reach too far.
  const pitch = 4 * (width + 5);
  const places = {
    plane: layout.place((pitch / 4) * (height + 2)),
    mask: layout.place(Math.ceil(width / 4) + 1),
  };
  return withKernel(layout.bytes(), (kernel, buffer) =>
    distanceIn(buffer, kernel, mask, width, height, pitch, places),
  );
}

function distanceIn(
  buffer: ArrayBuffer,
  kernel: Kernel,
  mask: Uint8Array,
  width: number,
  height: number,
  pitch: number,
  places: { readonly plane: number; readonly mask: number },
): Float32Array {
  const [floats, bytes] = [new Float32Array(buffer), new Uint8Array(buffer)];
  floats.fill(0, places.plane / 4, places.plane / 4 + (pitch / 4) * (height + 2));
  bytes.fill(0, places.mask + width, places.mask + width + 4);
  const rowAt = (y: number): number => places.plane + (y + 1) * pitch + 4;
  for (let y = 0; y < height; y++) {
    bytes.set(mask.subarray(y * width, (y + 1) * width), places.mask);
    kernel.down(rowAt(y), rowAt(y) + 4 * width, rowAt(y - 1), places.mask);
  }
  for (let y = height - 1; y >= 0; y--) kernel.up(rowAt(y), rowAt(y) + 4 * width, rowAt(y + 1));
  kernel.finish(rowAt(0), rowAt(height));
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++) out.set(floats.subarray(rowAt(y) / 4, rowAt(y) / 4 + width), y * width);
  return out;
}
