/** Descriptors in WebAssembly SIMD: four samples at a time, and eight directions in two vectors. */

import * as w from '../wasm/code.ts';
import { directionLocals, directions } from '../wasm/direction.ts';
import { SCRATCH } from '../wasm/memory.ts';
import { kernelIn, memoryOf } from '../wasm/workspace.ts';
import { CELLS, DIRECTIONS, LENGTH, offsetOf, SIDE, weightsOf } from './grid.ts';
import type { GreyPlane, Places } from './types.ts';

const { add, and, equal, floor, greatest, least, loadSplat, multiply } = w.f32x4;
const { splat, squareRoot, subtract, store, load } = w.f32x4;

/** Places in bytes: the greatest x and y, the rows of samples, the places to be described, and what comes of them. */
const [MOST_X, MOST_Y, ROWS, PLACES, RESULTS] = [0, 4, 64, 1024, 65536];
/** Bytes of a row of samples: where it lies, its first cell, and the weights in that and the next. */
const ROW = 16;
/** Bytes of a place: x and y of the pixel that is half a pixel on, a cell's step along both axes, and the direction. */
const PLACE = 32;
/** Places worked on at once. */
const MOST = Math.min((RESULTS - PLACES) / PLACE, Math.floor((SCRATCH - RESULTS) / (4 * LENGTH)));

interface Kernel {
  /**
   * Describes the places from `place` to `end` one after the other in a plane at `plane`, whose rows are `pitch` bytes
   * long.
   */
  describe(place: number, end: number, out: number, plane: number, pitch: number): void;
}

function describeSource(): w.FunctionSource {
  const locals = w.createLocals(5);
  const [place, end, out, plane, pitch] = [0, 1, 2, 3, 4];
  const [row, at, cell] = [locals.integer(), locals.integer(), locals.integer()];
  const [x, y, cos, sin, turn] = Array.from({ length: 5 }, () => locals.vector());
  const [startX, startY, px, py, dx, dy, size, direction] = Array.from({ length: 8 }, () => locals.vector());
  const [left, right, up, down, t, one, other] = Array.from({ length: 7 }, () => locals.vector());
  const sums = Array.from({ length: 2 * CELLS }, () => locals.vector());

  const magnitude = (a: w.Local): w.Code => greatest(w.get(a), subtract(w.f32x4.zero, w.get(a)));
  const clamp = (a: w.Local, most: number): w.Code =>
    greatest(least(w.get(a), loadSplat(w.constant(most))), splat(1));

  const openPlace: w.Code = [x, y, cos, sin, turn].flatMap((local, k) =>
    w.set(local, loadSplat(w.get(place), 4 * k)),
  );
  const openRow: w.Code = [
    ...w.set(startX, subtract(w.get(x), multiply(w.get(sin), loadSplat(w.get(row))))),
    ...w.set(startY, add(w.get(y), multiply(w.get(cos), loadSplat(w.get(row))))),
    ...sums.flatMap((sum) => w.set(sum, w.f32x4.zero)),
  ];

  /** The pixels of four samples, and in `size` for now which of them lie inside. */
  const findPixels = (first: number): w.Code => {
    const lanes = [0, 1, 2, 3].map((lane) => offsetOf(first + lane));
    const u = w.f32x4.values(lanes[0], lanes[1], lanes[2], lanes[3]);
    return [
      ...w.set(px, floor(add(w.get(startX), multiply(w.get(cos), u)))),
      ...w.set(py, floor(add(w.get(startY), multiply(w.get(sin), u)))),
      ...w.set(one, clamp(px, MOST_X)),
      ...w.set(other, clamp(py, MOST_Y)),
      ...w.set(size, and(equal(w.get(px), w.get(one)), equal(w.get(py), w.get(other)))),
      ...w.set(
        px,
        w.i32x4.add(
          w.i32x4.multiply(w.i32x4.truncate(w.get(other)), w.i32x4.splat(w.get(pitch))),
          w.i32x4.shiftLeft(w.i32x4.truncate(w.get(one)), 2),
        ),
      ),
    ];
  };

  const loadNeighbours: w.Code = [0, 1, 2, 3].flatMap((lane) => {
    const take = (into: w.Local, shift: number): w.Code =>
      w.set(
        into,
        lane === 0
          ? w.f32x4.loadFirst(w.get(at), shift)
          : w.f32x4.loadLane(w.get(at), w.get(into), lane, shift),
      );
    const nextRow = w.set(at, w.add(w.get(at), w.get(pitch)));
    return [
      // The pixel above and to the left.
      ...w.set(
        at,
        w.subtract(w.add(w.i32x4.lane(w.get(px), lane), w.get(plane)), w.add(w.get(pitch), w.constant(4))),
      ),
      ...take(up, 4),
      ...nextRow,
      ...take(left, 0),
      ...take(right, 8),
      ...nextRow,
      ...take(down, 4),
    ];
  });

  const forDirections = directionLocals(locals);
  /** Lengths, and directions against the place's in eighths of a turn, 0 to 8. */
  const measure: w.Code = [
    ...w.set(dx, subtract(w.get(right), w.get(left))),
    ...w.set(dy, subtract(w.get(down), w.get(up))),
    ...w.set(
      size,
      and(squareRoot(add(multiply(w.get(dx), w.get(dx)), multiply(w.get(dy), w.get(dy)))), w.get(size)),
    ),
    ...directions(t, dx, dy, forDirections),
    ...w.set(t, subtract(w.get(t), w.get(turn))),
    ...w.set(
      direction,
      subtract(w.get(t), multiply(floor(multiply(w.get(t), splat(1 / DIRECTIONS))), splat(DIRECTIONS))),
    ),
  ];

  /** What one sample counts in four directions. */
  const share = (into: w.Local, first: number): w.Code => [
    ...w.set(into, subtract(w.get(t), w.f32x4.values(first, first + 1, first + 2, first + 3))),
    ...w.set(into, magnitude(into)),
    ...w.set(into, least(w.get(into), subtract(splat(DIRECTIONS), w.get(into)))),
    ...w.set(into, multiply(greatest(subtract(splat(1), w.get(into)), w.f32x4.zero), w.get(px))),
  ];
  const addSample = (lane: number, weights: readonly number[]): w.Code => [
    ...w.set(t, w.f32x4.spread(w.get(direction), lane)),
    ...w.set(px, w.f32x4.spread(w.get(size), lane)),
    ...share(one, 0),
    ...share(other, 4),
    ...weights.flatMap((weight, c) =>
      weight === 0
        ? []
        : [one, other].flatMap((part, k) =>
            w.set(sums[2 * c + k], add(w.get(sums[2 * c + k]), multiply(w.get(part), splat(weight)))),
          ),
    ),
  ];
  const fourSamples = (first: number): w.Code => [
    ...findPixels(first),
    ...loadNeighbours,
    ...measure,
    ...[0, 1, 2, 3].flatMap((lane) => (first + lane < SIDE ? addSample(lane, weightsOf(first + lane)) : [])),
  ];

  const bytes = 4 * LENGTH;
  const closeRow: w.Code = [
    ...w.set(cell, w.add(w.get(out), w.i32.load(w.get(row), 4))),
    ...w.set(one, loadSplat(w.get(row), 8)),
    ...w.set(other, loadSplat(w.get(row), 12)),
    ...[one, other].flatMap((weight, r) =>
      sums.flatMap((sum, k) => {
        const shift = r * (bytes / CELLS) + 16 * k;
        return store(w.get(cell), add(load(w.get(cell), shift), multiply(w.get(sum), w.get(weight))), shift);
      }),
    ),
  ];

  return {
    name: 'describe',
    locals,
    body: w.loopUntil(place, end, PLACE, [
      ...w.clear(w.get(out), bytes),
      ...openPlace,
      ...w.loop(row, w.constant(ROWS), ROWS + SIDE * ROW, ROW, [
        ...openRow,
        ...[0, 4, 8, 12].flatMap(fourSamples),
        ...closeRow,
      ]),
      ...w.increase(out, bytes),
    ]),
  };
}

const openKernel = kernelIn<Kernel>(() => [describeSource()]);

/** @returns null where this cannot do it: the picture lies in no workspace, so no SIMD */
export function describeSimd({ width, height, data }: GreyPlane, places: Places): Float32Array | null {
  const memory = memoryOf(data);
  const kernel = memory && openKernel(memory);
  if (!kernel || Math.min(width, height) < 3) return null;
  const [floats, integers] = [new Float32Array(memory.buffer), new Int32Array(memory.buffer)];
  floats[MOST_X / 4] = width - 2;
  floats[MOST_Y / 4] = height - 2;
  for (let r = 0; r < SIDE; r++) writeRow(floats, integers, r);
  const count = places.length / 4;
  const out = new Float32Array(count * LENGTH);
  for (let start = 0; start < count; start += MOST) {
    const part = Math.min(MOST, count - start);
    for (let i = 0; i < part; i++) writePlace(floats, PLACES / 4 + (i * PLACE) / 4, places, start + i);
    kernel.describe(PLACES, PLACES + part * PLACE, RESULTS, data.byteOffset, 4 * width);
    out.set(floats.subarray(RESULTS / 4, RESULTS / 4 + part * LENGTH), start * LENGTH);
  }
  return out;
}

/** A row of samples counts in a cell and the next. */
function writeRow(floats: Float32Array, integers: Int32Array, r: number): void {
  const weights = weightsOf(r);
  const first = Math.min(
    CELLS - 2,
    weights.findIndex((weight) => weight > 0),
  );
  const at = (ROWS + r * ROW) / 4;
  floats[at] = offsetOf(r);
  integers[at + 1] = (first * 4 * LENGTH) / CELLS;
  floats[at + 2] = weights[first];
  floats[at + 3] = weights[first + 1];
}

function writePlace(floats: Float32Array, at: number, places: Places, i: number): void {
  const [side, angle] = [places[4 * i + 2], places[4 * i + 3]];
  floats[at] = places[4 * i] + 0.5;
  floats[at + 1] = places[4 * i + 1] + 0.5;
  floats[at + 2] = Math.cos(angle) * side;
  floats[at + 3] = Math.sin(angle) * side;
  floats[at + 4] = (angle * DIRECTIONS) / (2 * Math.PI);
}
