/** The code that brings rows of red, green and blue bytes to planes of floats, as they are or shrunk. */

import * as w from '../wasm/code.ts';
import type { Code, FunctionSource, Local } from '../wasm/code.ts';
import { SCALARS } from './scalars.ts';

const { add, load, loadSplat, multiply, store } = w.f32x4;
const { bytes, get, i16x8 } = w;

export const bytesFunctions = (): FunctionSource[] => [convertRow(), halveRow(), addRow(), gatherRow()];

/** Of eight pixels, whose bytes lie in two vectors eight bytes apart: red then green, and blue. */
const RED_GREEN = [0, 3, 6, 9, 12, 15, 26, 29, 1, 4, 7, 10, 13, 24, 27, 30];
const BLUE = [2, 5, 8, 11, 14, 25, 28, 31, 2, 5, 8, 11, 14, 25, 28, 31];

const eightPixels = (at: Code, lanes: readonly number[]): Code => bytes.shuffle(load(at), load(at, 8), lanes);

/** `black + scale * value` for four integers. */
const toRange = (values: Code): Code =>
  add(multiply(w.i32x4.toFloat(values), load(w.constant(SCALARS.scale))), load(w.constant(SCALARS.black)));

/** `convertRow(row, out, end, plane)`: eight pixels at a time; `plane` is the distance of the planes in bytes. */
function convertRow(): FunctionSource {
  const locals = w.createLocals(4);
  const [row, out, end, plane] = [0, 1, 2, 3];
  const [mixed, wide] = [locals.vector(), locals.vector()];
  const to = locals.integer();
  const put = (): Code => [
    ...store(get(to), toRange(i16x8.widenFirst(get(wide)))),
    ...store(get(to), toRange(i16x8.widenLast(get(wide))), 16),
    ...w.set(to, w.add(get(to), get(plane))),
  ];
  return {
    name: 'convertRow',
    locals,
    body: w.loopUntil(out, end, 32, [
      ...w.set(to, get(out)),
      ...w.set(mixed, eightPixels(get(row), RED_GREEN)),
      ...w.set(wide, bytes.widenFirst(get(mixed))),
      ...put(),
      ...w.set(wide, bytes.widenLast(get(mixed))),
      ...put(),
      ...w.set(wide, bytes.widenFirst(eightPixels(get(row), BLUE))),
      ...put(),
      ...w.increase(row, 24),
    ]),
  };
}

/** `halveRow(upper, lower, out, end, plane)`: the means of squares of 2 x 2 pixels; the scale has the quarter in it. */
function halveRow(): FunctionSource {
  const locals = w.createLocals(5);
  const [upper, lower, out, end, plane] = [0, 1, 2, 3, 4];
  const sums = locals.vector();
  const to = locals.integer();
  const squares = (lanes: readonly number[]): Code =>
    i16x8.add(
      bytes.addNeighbours(eightPixels(get(upper), lanes)),
      bytes.addNeighbours(eightPixels(get(lower), lanes)),
    );
  const put = (values: Code): Code => [
    ...store(get(to), toRange(values)),
    ...w.set(to, w.add(get(to), get(plane))),
  ];
  return {
    name: 'halveRow',
    locals,
    body: w.loopUntil(out, end, 16, [
      ...w.set(to, get(out)),
      ...w.set(sums, squares(RED_GREEN)),
      ...put(i16x8.widenFirst(get(sums))),
      ...put(i16x8.widenLast(get(sums))),
      ...put(i16x8.widenFirst(squares(BLUE))),
      ...w.increase(upper, 24),
      ...w.increase(lower, 24),
    ]),
  };
}

/** `addRow(row, sums, end)`: adds sixteen bytes at a time, by the share, to sums. */
function addRow(): FunctionSource {
  const locals = w.createLocals(3);
  const [row, sums, end] = [0, 1, 2];
  const [value, wide] = [locals.vector(), locals.vector()];
  const addFour = (k: number, values: Code): Code =>
    store(
      get(sums),
      add(load(get(sums), 16 * k), multiply(loadSplat(w.constant(SCALARS.share)), w.i32x4.toFloat(values))),
      16 * k,
    );
  return {
    name: 'addRow',
    locals,
    body: w.loopUntil(sums, end, 64, [
      ...w.set(value, load(get(row))),
      ...w.set(wide, bytes.widenFirst(get(value))),
      ...addFour(0, i16x8.widenFirst(get(wide))),
      ...addFour(1, i16x8.widenLast(get(wide))),
      ...w.set(wide, bytes.widenLast(get(value))),
      ...addFour(2, i16x8.widenFirst(get(wide))),
      ...addFour(3, i16x8.widenLast(get(wide))),
      ...w.increase(row, 16),
    ]),
  };
}

/**
 * `gatherRow(starts, weights, taps, out, end, plane)`: pixels as weighted sums of neighbouring ones. `starts` has the
 * address of the first of each; all have equally many, `taps` bytes of weights.
 */
function gatherRow(): FunctionSource {
  const locals = w.createLocals(6);
  const [starts, weights, taps, out, end, plane] = [0, 1, 2, 3, 4, 5];
  const sum = locals.vector();
  const [from, last, to] = [locals.integer(), locals.integer(), locals.integer()];
  const put = (lane: number, at: Local): Code => w.f32x4.storeLane(get(at), get(sum), lane);
  return {
    name: 'gatherRow',
    locals,
    body: w.loopUntil(out, end, 4, [
      ...w.set(from, w.i32.load(get(starts))),
      ...w.set(last, w.add(get(weights), get(taps))),
      ...w.set(sum, load(w.constant(SCALARS.black))),
      ...w.loopUntil(weights, last, 4, [
        ...w.set(sum, add(get(sum), multiply(loadSplat(get(weights)), load(get(from))))),
        ...w.increase(from, 12),
      ]),
      ...w.set(to, get(out)),
      ...[0, 1, 2].flatMap((lane) => [...put(lane, to), ...w.set(to, w.add(get(to), get(plane)))]),
      ...w.increase(starts, 4),
    ]),
  };
}
