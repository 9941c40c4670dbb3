/** Descriptors from all pixels in WebAssembly SIMD: four pixels at a time, each shared out on its own. */

import * as w from '../wasm/code.ts';
import { directionLocals, directions } from '../wasm/direction.ts';
import { exp2, exp2Locals } from '../wasm/exponential.ts';
import { kernelIn, memoryOf } from '../wasm/workspace.ts';
import { windowOf } from './dense-reference.ts';
import { CELLS, DIRECTIONS, LENGTH } from './grid.ts';
import type { GreyPlane, Places } from './types.ts';

const { add, and, atMost, below, floor, least, load, loadSplat, multiply, shuffle, splat } = w.f32x4;
const { squareRoot, subtract, values } = w.f32x4;

/**
 * Places in bytes: a cell's steps along both axes, the first pixel's and the last column's distance from the place, its
 * direction in eighths of a turn; then the sums. Those have a cell more on each side, and a direction more that is the
 * first again, so that sharing among neighbours needs no checks.
 */
const [COS, SIN, FIRST_X, FIRST_Y, LAST_X, TURNS, SUMS] = [0, 4, 8, 12, 16, 20, 64];
const CELL = 4 * (DIRECTIONS + 1);
const ROW = (CELLS + 2) * CELL;
const SUMS_BYTES = (CELLS + 2) * ROW;

interface Kernel {
  /** Sums `rows` of pixels of `columns` from `at` on, in a plane whose rows are `pitch` bytes long. */
  sum(at: number, pitch: number, columns: number, rows: number): void;
}

function sumSource(): w.FunctionSource {
  const locals = w.createLocals(4);
  const [at, pitch, columns, rows] = [0, 1, 2, 3];
  const [row, column, from, place] = Array.from({ length: 4 }, () => locals.integer());
  const [cos, sin, rx, ry, across, along, u, v] = Array.from({ length: 8 }, () => locals.vector());
  const [inside, dx, dy, size, turn, cell, pair] = Array.from({ length: 7 }, () => locals.vector());
  const forDirections = directionLocals(locals);
  const forExp = exp2Locals(locals);
  /** Of the four corners of a pixel's cells, the shares of the lower and of the higher direction. */
  const shares = [0, 1, 2, 3].map(() => [locals.vector(), locals.vector()]);
  const get = w.get;

  const middle = (CELLS - 1) / 2;
  const within = (a: w.Local): w.Code => and(below(splat(-1), get(a)), below(get(a), splat(CELLS)));
  /** The whole part goes to `whole`, and `a` keeps the rest. */
  const split = (a: w.Local, whole: w.Local): w.Code => [
    ...w.set(whole, floor(get(a))),
    ...w.set(a, subtract(get(a), get(whole))),
  ];
  const gradient = (into: w.Local, more: w.Code, less: w.Code): w.Code =>
    w.set(into, subtract(load(more), load(less)));
  const length = squareRoot(add(multiply(get(dx), get(dx)), multiply(get(dy), get(dy))));
  const distance = add(multiply(get(u), get(u)), multiply(get(v), get(v)));
  const measure: w.Code = [
    ...gradient(dx, w.add(get(from), w.constant(4)), w.subtract(get(from), w.constant(4))),
    ...gradient(dy, w.add(get(from), get(pitch)), w.subtract(get(from), get(pitch))),
    // What lies outside may be no number, and counts nothing.
    ...w.set(dx, and(get(dx), get(inside))),
    ...w.set(dy, and(get(dy), get(inside))),
    ...w.set(size, exp2(multiply(distance, splat(-Math.LOG2E / (CELLS * CELLS * 0.5))), forExp)),
    ...w.set(size, multiply(get(size), length)),
    ...directions(turn, dx, dy, forDirections),
    ...w.set(turn, subtract(get(turn), loadSplat(w.constant(TURNS)))),
    ...w.set(
      turn,
      subtract(get(turn), multiply(floor(multiply(get(turn), splat(1 / DIRECTIONS))), splat(DIRECTIONS))),
    ),
  ];
  /** Where the sums of each pixel's first corner lie; those of pixels outside at the first, to which they add 0. */
  const findCells: w.Code = [
    ...w.set(u, add(get(u), splat(middle))),
    ...w.set(v, add(get(v), splat(middle))),
    ...split(u, across),
    ...split(v, along),
    ...w.set(cell, least(floor(get(turn)), splat(DIRECTIONS - 1))),
    ...w.set(turn, subtract(get(turn), get(cell))),
    ...w.set(
      cell,
      add(
        multiply(get(cell), splat(4)),
        add(
          multiply(add(get(across), splat(1)), splat(CELL)),
          multiply(add(get(along), splat(1)), splat(ROW)),
        ),
      ),
    ),
    ...w.set(cell, w.i32x4.truncate(and(get(cell), get(inside)))),
  ];
  /** What goes to the cells at `corner`: 0 and 1 above, 0 and 2 to the left. */
  const shareOf = (corner: number): w.Code => {
    const part = (a: w.Local, far: boolean): w.Code => (far ? get(a) : subtract(splat(1), get(a)));
    const [low, high] = shares[corner];
    return [
      ...w.set(low, multiply(get(size), multiply(part(u, corner % 2 > 0), part(v, corner > 1)))),
      ...w.set(high, multiply(get(low), get(turn))),
      ...w.set(low, subtract(get(low), get(high))),
    ];
  };
  const count = (lane: number): w.Code => [
    ...w.set(place, w.i32x4.lane(get(cell), lane)),
    ...shares.flatMap(([low, high], corner) => {
      const shift = SUMS + (corner % 2) * CELL + (corner > 1 ? ROW : 0);
      return [
        ...w.set(pair, shuffle(get(low), get(high), [lane, 4 + lane, lane, 4 + lane])),
        ...w.f32x4.storePair(get(place), add(get(pair), w.f32x4.loadPair(get(place), shift)), shift),
      ];
    }),
  ];
  const four: w.Code = [
    ...measure,
    ...findCells,
    ...[0, 1, 2, 3].flatMap(shareOf),
    ...[0, 1, 2, 3].flatMap(count),
  ];
  return {
    name: 'sum',
    locals,
    body: [
      ...w.clear(w.constant(SUMS), SUMS_BYTES),
      ...w.set(cos, loadSplat(w.constant(COS))),
      ...w.set(sin, loadSplat(w.constant(SIN))),
      ...w.set(ry, loadSplat(w.constant(FIRST_Y))),
      ...w.set(row, w.constant(0)),
      ...w.loopUntil(row, rows, 1, [
        ...w.set(from, get(at)),
        ...w.set(rx, add(loadSplat(w.constant(FIRST_X)), values(0, 1, 2, 3))),
        ...w.set(column, w.constant(0)),
        ...w.loopUntil(column, columns, 4, [
          ...w.set(u, add(multiply(get(cos), get(rx)), multiply(get(sin), get(ry)))),
          ...w.set(v, subtract(multiply(get(cos), get(ry)), multiply(get(sin), get(rx)))),
          ...w.set(across, add(get(u), splat(middle))),
          ...w.set(along, add(get(v), splat(middle))),
          ...w.set(
            inside,
            and(and(within(across), within(along)), atMost(get(rx), loadSplat(w.constant(LAST_X)))),
          ),
          ...w.when(w.i32x4.signs(get(inside)), four),
          ...w.set(rx, add(get(rx), splat(4))),
          ...w.increase(from, 16),
        ]),
        ...w.set(at, w.add(get(at), get(pitch))),
        ...w.set(ry, add(get(ry), splat(1))),
      ]),
    ],
  };
}

const openKernel = kernelIn<Kernel>(() => [sumSource()]);

/** @returns null where this cannot do it: the picture lies in no workspace, so no SIMD */
export function describeDenseSimd(plane: GreyPlane, places: Places): Float32Array | null {
  const memory = memoryOf(plane.data);
  const kernel = memory && openKernel(memory);
  if (!kernel) return null;
  const floats = new Float32Array(memory.buffer, 0, (SUMS + SUMS_BYTES) / 4);
  const out = new Float32Array((places.length / 4) * LENGTH);
  for (let i = 0; 4 * i < places.length; i++) {
    const [x, y, side, angle] = places.subarray(4 * i, 4 * i + 4);
    const { left, right, top, bottom } = windowOf(plane, x, y, side);
    if (right < left || bottom < top) continue;
    floats[COS / 4] = Math.cos(angle) / side;
    floats[SIN / 4] = Math.sin(angle) / side;
    floats[FIRST_X / 4] = left - x;
    floats[FIRST_Y / 4] = top - y;
    floats[LAST_X / 4] = right - x + 0.5;
    floats[TURNS / 4] = (angle * DIRECTIONS) / (2 * Math.PI);
    const at = plane.data.byteOffset + 4 * (top * plane.width + left);
    kernel.sum(at, 4 * plane.width, right - left + 1, bottom - top + 1);
    readSums(floats, out, i * LENGTH);
  }
  return out;
}

/** The cells that count, and the direction that is the first again. */
function readSums(floats: Float32Array, out: Float32Array, at: number): void {
  for (let r = 0; r < CELLS; r++)
    for (let c = 0; c < CELLS; c++) {
      const from = (SUMS + (r + 1) * ROW + (c + 1) * CELL) / 4;
      const to = at + (r * CELLS + c) * DIRECTIONS;
      for (let d = 0; d < DIRECTIONS; d++) out[to + d] = floats[from + d];
      out[to] += floats[from + DIRECTIONS];
    }
}
