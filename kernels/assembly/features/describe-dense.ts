/** Descriptors from all pixels around a place: four pixels at a time, each shared out on its own. */

import { directions, lengths } from '../shared/direction';
import { exp2 } from '../shared/exponential';

/** As in kernels/describe/grid.ts. */
const CELLS = 4;
const DIRECTIONS = 8;
/** Minus the binary logarithm of e, over twice the square of the Gaussian's spread. */
const FALL = (-1.4426950408889634 / (CELLS * CELLS * 0.5)) as f32;

/**
 * The sums lie at this address. They have a cell more on each side, and a direction more that is the first again, so that
 * sharing among neighbours needs no checks.
 */
const SUMS: usize = 64;
const CELL = 4 * (DIRECTIONS + 1);
const ROW = (CELLS + 2) * CELL;

/**
 * What the host writes at address 0: a cell's steps along both axes, the distances of the first pixel and of the last
 * column from the place, and its direction in eighths of a turn.
 */
@unmanaged
class Place {
  cos: f32;
  sin: f32;
  firstX: f32;
  firstY: f32;
  lastX: f32;
  turn: f32;
}

/** Sums `rows` of pixels of `columns` from `at` on, in a plane whose rows are `pitch` bytes long. */
export function sum(at: usize, pitch: usize, columns: u32, rows: u32): void {
  memory.fill(SUMS, 0, (CELLS + 2) * ROW);
  const place = changetype<Place>(0);
  const cos = f32x4.splat(place.cos);
  const sin = f32x4.splat(place.sin);
  const lastX = f32x4.splat(place.lastX);
  const middle = f32x4.splat(((CELLS - 1) as f32) / 2);
  let y = f32x4.splat(place.firstY);
  for (let row: u32 = 0; row < rows; row++, at += pitch) {
    let from = at;
    let x = f32x4.add(f32x4.splat(place.firstX), f32x4(0, 1, 2, 3));
    for (let column: u32 = 0; column < columns; column += 4, from += 16) {
      const u = f32x4.add(f32x4.mul(cos, x), f32x4.mul(sin, y));
      const v = f32x4.sub(f32x4.mul(cos, y), f32x4.mul(sin, x));
      const across = f32x4.add(u, middle);
      const along = f32x4.add(v, middle);
      const inside = v128.and(v128.and(within(across), within(along)), f32x4.le(x, lastX));
      if (i32x4.bitmask(inside)) {
        const distance = f32x4.add(f32x4.mul(u, u), f32x4.mul(v, v));
        Four.count(from, pitch, across, along, exp2(f32x4.mul(distance, f32x4.splat(FALL))), inside);
      }
      x = f32x4.add(x, f32x4.splat(4));
    }
    y = f32x4.add(y, f32x4.splat(1));
  }
}

function within(a: v128): v128 {
  return v128.and(f32x4.lt(f32x4.splat(-1), a), f32x4.lt(a, f32x4.splat(CELLS as f32)));
}

/** Four pixels. A class, since only methods can be marked for inlining: a call for each four costs a tenth. */
class Four {
  /** Shares them among the cells around them. */
  @inline
  static count(at: usize, pitch: usize, across: v128, along: v128, weight: v128, inside: v128): void {
    const one = f32x4.splat(1);
    // What lies outside may be no number, and counts nothing.
    const dx = v128.and(f32x4.sub(v128.load(at + 4), v128.load(at - 4)), inside);
    const dy = v128.and(f32x4.sub(v128.load(at + pitch), v128.load(at - pitch)), inside);
    const size = f32x4.mul(weight, lengths(dx, dy));
    let turn = f32x4.sub(directions(dx, dy), f32x4.splat(changetype<Place>(0).turn));
    const turns = f32x4.floor(f32x4.mul(turn, f32x4.splat(1 / (DIRECTIONS as f32))));
    turn = f32x4.sub(turn, f32x4.mul(turns, f32x4.splat(DIRECTIONS as f32)));
    const column = f32x4.floor(across);
    const row = f32x4.floor(along);
    const u = f32x4.sub(across, column);
    const v = f32x4.sub(along, row);
    const bin = f32x4.pmin(f32x4.splat((DIRECTIONS - 1) as f32), f32x4.floor(turn));
    const rest = f32x4.sub(turn, bin);
    // Where the sums of each pixel's first corner lie; those of pixels outside at the first, to which they add 0.
    const columns = f32x4.mul(f32x4.add(column, one), f32x4.splat(CELL as f32));
    const rows = f32x4.mul(f32x4.add(row, one), f32x4.splat(ROW as f32));
    const place = f32x4.add(f32x4.mul(bin, f32x4.splat(4)), f32x4.add(columns, rows));
    const cells = i32x4.trunc_sat_f32x4_s(v128.and(place, inside));
    const left = f32x4.sub(one, u);
    const top = f32x4.sub(one, v);
    const topLeft = f32x4.mul(size, f32x4.mul(left, top));
    const topRight = f32x4.mul(size, f32x4.mul(u, top));
    const bottomLeft = f32x4.mul(size, f32x4.mul(left, v));
    const bottomRight = f32x4.mul(size, f32x4.mul(u, v));
    const a = pairs<First>(topLeft, rest);
    const b = pairs<First>(topRight, rest);
    const c = pairs<First>(bottomLeft, rest);
    const d = pairs<First>(bottomRight, rest);
    addLow(SUMS + i32x4.extract_lane(cells, 0), a, b, c, d);
    addHigh(SUMS + i32x4.extract_lane(cells, 1), a, b, c, d);
    const e = pairs<Last>(topLeft, rest);
    const f = pairs<Last>(topRight, rest);
    const g = pairs<Last>(bottomLeft, rest);
    const h = pairs<Last>(bottomRight, rest);
    addLow(SUMS + i32x4.extract_lane(cells, 2), e, f, g, h);
    addHigh(SUMS + i32x4.extract_lane(cells, 3), e, f, g, h);
  }
}

/** Which two of four pixels. */
class First {}
class Last {}

/** Of two pixels the shares of the lower and of the higher direction. */
function pairs<Pixels>(share: v128, rest: v128): v128 {
  const high = f32x4.mul(share, rest);
  const low = f32x4.sub(share, high);
  if (idof<Pixels>() === idof<First>()) return v128.shuffle<f32>(low, high, 0, 4, 1, 5);
  return v128.shuffle<f32>(low, high, 2, 6, 3, 7);
}

/** Adds the first pair of each corner to the cells around. */
function addLow(cell: usize, topLeft: v128, topRight: v128, bottomLeft: v128, bottomRight: v128): void {
  addFirst(cell, topLeft);
  addFirst(cell + CELL, topRight);
  addFirst(cell + ROW, bottomLeft);
  addFirst(cell + ROW + CELL, bottomRight);
}

/** Adds the second pair of each. */
function addHigh(cell: usize, topLeft: v128, topRight: v128, bottomLeft: v128, bottomRight: v128): void {
  addSecond(cell, topLeft);
  addSecond(cell + CELL, topRight);
  addSecond(cell + ROW, bottomLeft);
  addSecond(cell + ROW + CELL, bottomRight);
}

function addFirst(at: usize, pair: v128): void {
  v128.store64_lane(at, f32x4.add(pair, v128.load64_zero(at)), 0);
}

function addSecond(at: usize, pair: v128): void {
  v128.store64_lane(at, f32x4.add(pair, v128.load64_lane(at, i32x4.splat(0), 1)), 1);
}
