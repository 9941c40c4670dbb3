/** Histograms of directions in WebAssembly SIMD, four samples at a time. */

import * as w from '../wasm/code.ts';
import { directionLocals, directions } from '../wasm/direction.ts';
import { kernelIn, memoryOf } from '../wasm/workspace.ts';
import { BINS, radiusOf, samplesOf } from './types.ts';
import type { GreyPlane, Surroundings } from './types.ts';

const {
  add,
  and,
  below,
  greatest,
  least,
  load,
  loadSplat,
  multiply,
  shuffle,
  splat,
  squareRoot,
  store,
  subtract,
} = w.f32x4;

/** Places in bytes: the bins behind two that repeat the last, what comes of them, and weights of columns and rows. */
const [BINS_AT, SMOOTH_AT, COLUMNS_AT, ROWS_AT] = [64, 256, 1024, 65536];
const [FIRST_BIN, BINS_END] = [BINS_AT + 8, BINS_AT + 8 + 4 * BINS];
/** Columns and rows that there are weights for. */
const MOST = (ROWS_AT - COLUMNS_AT) / 4 - 4;

interface Kernel {
  /**
   * Adds rows of samples to the bins: rows of weights from `row` to `rowEnd` and columns of them up to `columnEnd`,
   * four at a time; the first sample is at `at`, and `pitch` bytes lie between rows of the plane.
   */
  every(row: number, rowEnd: number, columnEnd: number, at: number, pitch: number): void;
  /** The same of every second sample each way. */
  second(row: number, rowEnd: number, columnEnd: number, at: number, pitch: number): void;
  smooth(): void;
}

function fillSource(name: string, step: 1 | 2): w.FunctionSource {
  const locals = w.createLocals(5);
  const [row, rowEnd, columnEnd, at, pitch] = [0, 1, 2, 3, 4];
  const [column, from, up, down, bin] = Array.from({ length: 5 }, () => locals.integer());
  const [weightY, weight, dx, dy, size, turn, places] = Array.from({ length: 7 }, () => locals.vector());
  const forDirections = directionLocals(locals);
  /** Four samples, `step` values apart. */
  const take = (address: w.Local, shift = 0): w.Code =>
    step === 1
      ? load(w.get(address), shift)
      : shuffle(load(w.get(address), shift), load(w.get(address), shift + 16), [0, 2, 4, 6]);
  const count = (lane: number): w.Code => [
    ...w.set(bin, w.i32x4.lane(w.get(places), lane)),
    ...w.f32.store(w.get(bin), w.f32.add(w.f32.load(w.get(bin)), w.f32x4.lane(w.get(size), lane))),
  ];
  const columns = w.loopUntil(column, columnEnd, 16, [
    ...w.set(up, w.subtract(w.get(from), w.get(pitch))),
    ...w.set(down, w.add(w.get(from), w.get(pitch))),
    // The value before the sample's, counted from the one before that.
    ...w.set(dx, subtract(take(from, 8), take(from, 0))),
    ...w.set(dy, subtract(take(down, 4), take(up, 4))),
    ...w.set(weight, multiply(load(w.get(column)), w.get(weightY))),
    ...w.set(size, squareRoot(add(multiply(w.get(dx), w.get(dx)), multiply(w.get(dy), w.get(dy))))),
    // What lies beyond the last column may be no number, and counts nothing.
    ...w.set(size, and(multiply(w.get(size), w.get(weight)), below(w.f32x4.zero, w.get(weight)))),
    ...directions(turn, dx, dy, forDirections),
    ...w.set(turn, least(greatest(multiply(w.get(turn), splat(BINS / 8)), w.f32x4.zero), splat(BINS))),
    ...w.set(places, w.i32x4.truncate(w.f32x4.nearest(w.get(turn)))),
    ...w.set(places, w.i32x4.add(w.i32x4.shiftLeft(w.get(places), 2), w.i32x4.splat(w.constant(FIRST_BIN)))),
    ...[0, 1, 2, 3].flatMap(count),
    ...w.increase(from, 16 * step),
  ]);
  return {
    name,
    locals,
    body: w.loopUntil(row, rowEnd, 4, [
      ...w.set(weightY, loadSplat(w.get(row))),
      ...w.set(from, w.subtract(w.get(at), w.constant(4))),
      ...w.set(column, w.constant(COLUMNS_AT)),
      ...columns,
      ...w.set(at, w.add(w.get(at), w.multiply(w.get(pitch), w.constant(step)))),
    ]),
  };
}

function smoothSource(): w.FunctionSource {
  const locals = w.createLocals(0);
  const at = locals.integer();
  const near = (k: number): w.Code => load(w.get(at), 4 * (k + 2));
  const pair = (k: number, weight: number): w.Code => multiply(add(near(-k), near(k)), splat(weight / 16));
  const copy = (to: number, from: number): w.Code =>
    w.f32.store(w.constant(to), w.f32.load(w.constant(from)));
  return {
    name: 'smooth',
    locals,
    body: [
      // A whole turn is none.
      ...w.f32.store(
        w.constant(FIRST_BIN),
        w.f32.add(w.f32.load(w.constant(FIRST_BIN)), w.f32.load(w.constant(BINS_END))),
      ),
      ...[-8, -4].flatMap((shift) => copy(FIRST_BIN + shift, BINS_END + shift)),
      ...[0, 4].flatMap((shift) => copy(BINS_END + shift, FIRST_BIN + shift)),
      ...w.loop(at, w.constant(BINS_AT), BINS_AT + 4 * BINS, 16, [
        ...store(
          w.get(at),
          add(add(pair(2, 1), pair(1, 4)), multiply(near(0), splat(6 / 16))),
          SMOOTH_AT - BINS_AT,
        ),
      ]),
    ],
  };
}

const openKernel = kernelIn<Kernel>(() => [fillSource('every', 1), fillSource('second', 2), smoothSource()]);

/** @returns null where this cannot do it: the picture lies in no workspace, so no SIMD, or too far around a place */
export function histogramSimd(
  { width, height, data }: GreyPlane,
  around: Surroundings,
  step: 1 | 2,
): Float32Array | null {
  const radius = radiusOf(around);
  const memory = memoryOf(data);
  const kernel = memory && 2 * radius < MOST ? openKernel(memory) : null;
  if (!kernel) return null;
  const floats = new Float32Array(memory!.buffer, 0, (2 * ROWS_AT - COLUMNS_AT) / 4);
  floats.fill(0, BINS_AT / 4, SMOOTH_AT / 4);
  const rows = samplesOf(around.y, radius, height, step);
  const columns = samplesOf(around.x, radius, width, step);
  if (rows.count && columns.count) {
    writeWeights(floats, COLUMNS_AT / 4, columns.first - around.x, columns.count, step, around.spread);
    writeWeights(floats, ROWS_AT / 4, rows.first - around.y, rows.count, step, around.spread);
    const at = data.byteOffset + 4 * (rows.first * width + columns.first);
    const [columnEnd, rowEnd] = [COLUMNS_AT + 4 * columns.count, ROWS_AT + 4 * rows.count];
    kernel[step === 1 ? 'every' : 'second'](ROWS_AT, rowEnd, columnEnd, at, 4 * width);
  }
  kernel.smooth();
  return floats.slice(SMOOTH_AT / 4, SMOOTH_AT / 4 + BINS);
}

/** Of a Gaussian at `count` samples from `first` on, and zeros for those that fill a vector. */
function writeWeights(
  floats: Float32Array,
  to: number,
  first: number,
  count: number,
  step: number,
  spread: number,
): void {
  for (let k = 0, x = first; k < count; k++, x += step)
    floats[to + k] = Math.exp(-(x * x) / (2 * spread * spread));
  floats.fill(0, to + count, to + count + 3);
}
