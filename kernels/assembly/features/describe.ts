/** Descriptors of places, whose samples lie in a square of cells: four at a time, and eight directions in two vectors. */

import { directions, lengths } from '../shared/direction';

/** As in kernels/describe/grid.ts. */
const CELLS = 4;
const DIRECTIONS: f32 = 8;
/** Samples along a cell and along a side. */
const DENSITY = 3;
const SIDE = (CELLS + 1) * DENSITY;
/** Bytes of a cell's sums, and of a row of cells. */
const CELL_BYTES = 32;
const ROW_BYTES = CELLS * CELL_BYTES;

/**
 * Places in bytes: the greatest x and y, the rows of samples, where samples lie along a row, what each counts in the cell
 * before it and in that behind it, and the directions and lengths of one row.
 */
const MOST_X: usize = 0;
const MOST_Y: usize = 4;
const ROWS: usize = 64;
const OFFSETS: usize = 384;
const WEIGHTS: usize = 448;
const TURNS: usize = 640;
const SIZES: usize = 704;

/** A row of samples: where it lies, its first cell in bytes, and what it counts there and in the next. */
@unmanaged
class Row {
  offset: f32;
  cell: usize;
  first: f32;
  second: f32;
}

/** A place: x and y of the pixel that is half a pixel on, a cell's step along both axes, and the direction. */
@unmanaged
class Place {
  x: f32;
  y: f32;
  cos: f32;
  sin: f32;
  turn: f32;
}

/** Bytes from one row to the next, and from one place. */
const ROW_SIZE = 16;
const PLACE_SIZE = 32;

/** Describes places from `place` to `end` in a plane at `plane`, whose rows are `pitch` bytes long. */
export function describe(place: usize, end: usize, out: usize, plane: usize, pitch: usize): void {
  for (; place < end; place += PLACE_SIZE, out += CELLS * ROW_BYTES) {
    memory.fill(out, 0, CELLS * ROW_BYTES);
    for (let row = ROWS; row < ROWS + SIDE * ROW_SIZE; row += ROW_SIZE) {
      measureRow(changetype<Place>(place), changetype<Row>(row).offset, plane, pitch);
      countRow(changetype<Row>(row), out);
    }
  }
}

/** The directions and lengths of the gradients at a row of samples. */
function measureRow(place: Place, offset: f32, plane: usize, pitch: usize): void {
  const startX = f32x4.sub(f32x4.splat(place.x), f32x4.mul(f32x4.splat(place.sin), f32x4.splat(offset)));
  const startY = f32x4.add(f32x4.splat(place.y), f32x4.mul(f32x4.splat(place.cos), f32x4.splat(offset)));
  for (let at: usize = 0; at < 4 * SIDE; at += 16) {
    const u = v128.load(at, OFFSETS);
    const x = f32x4.floor(f32x4.add(startX, f32x4.mul(f32x4.splat(place.cos), u)));
    const y = f32x4.floor(f32x4.add(startY, f32x4.mul(f32x4.splat(place.sin), u)));
    const column = hold(x, v128.load32_splat(MOST_X));
    const row = hold(y, v128.load32_splat(MOST_Y));
    const inside = v128.and(f32x4.eq(x, column), f32x4.eq(y, row));
    const rows = i32x4.mul(i32x4.trunc_sat_f32x4_s(row), i32x4.splat(pitch));
    const pixels = i32x4.add(rows, i32x4.shl(i32x4.trunc_sat_f32x4_s(column), 2));
    const a = plane + i32x4.extract_lane(pixels, 0);
    const b = plane + i32x4.extract_lane(pixels, 1);
    const c = plane + i32x4.extract_lane(pixels, 2);
    const d = plane + i32x4.extract_lane(pixels, 3);
    const dx = f32x4.sub(gather(a + 4, b + 4, c + 4, d + 4), gather(a - 4, b - 4, c - 4, d - 4));
    const dy = f32x4.sub(
      gather(a + pitch, b + pitch, c + pitch, d + pitch),
      gather(a - pitch, b - pitch, c - pitch, d - pitch),
    );
    v128.store(at, v128.and(lengths(dx, dy), inside), SIZES);
    const turn = f32x4.sub(directions(dx, dy), f32x4.splat(place.turn));
    const turns = f32x4.floor(f32x4.mul(turn, f32x4.splat(1 / DIRECTIONS)));
    v128.store(at, f32x4.sub(turn, f32x4.mul(turns, f32x4.splat(DIRECTIONS))), TURNS);
  }
}

/** Moved to a pixel that has neighbours. */
function hold(value: v128, most: v128): v128 {
  return f32x4.pmax(f32x4.splat(1), f32x4.pmin(most, value));
}

function gather(a: usize, b: usize, c: usize, d: usize): v128 {
  const first = v128.load32_lane(b, v128.load32_zero(a), 1);
  return v128.load32_lane(d, v128.load32_lane(c, first, 2), 3);
}

/** Adds a row of samples to two rows of cells. A sample counts in the cell before it and in the one behind it. */
function countRow(row: Row, out: usize): void {
  let cell = out + row.cell;
  let low = f32x4.splat(0);
  let high = f32x4.splat(0);
  const bins = f32x4(0, 1, 2, 3);
  const zero = f32x4.splat(0);
  for (let sample: usize = 0; sample < 4 * SIDE;) {
    let nextLow = zero;
    let nextHigh = zero;
    for (const stop: usize = sample + 4 * DENSITY; sample < stop; sample += 4) {
      const size = v128.load32_splat(sample, SIZES);
      const away = f32x4.abs(f32x4.sub(v128.load32_splat(sample, TURNS), bins));
      // Around the turn, where the other four directions lie opposite.
      const around = f32x4.pmin(f32x4.sub(f32x4.splat(DIRECTIONS), away), away);
      const lowShare = f32x4.mul(f32x4.pmax(zero, f32x4.sub(f32x4.splat(1), around)), size);
      const highShare = f32x4.mul(f32x4.pmax(zero, f32x4.sub(around, f32x4.splat(3))), size);
      const before = v128.load32_splat(2 * sample, WEIGHTS);
      const behind = v128.load32_splat(2 * sample, WEIGHTS + 4);
      low = f32x4.add(low, f32x4.mul(lowShare, before));
      high = f32x4.add(high, f32x4.mul(highShare, before));
      nextLow = f32x4.add(nextLow, f32x4.mul(lowShare, behind));
      nextHigh = f32x4.add(nextHigh, f32x4.mul(highShare, behind));
    }
    // Before the first cell there is none.
    if (sample > 4 * DENSITY) {
      addSums(cell, low, high, row.first);
      addSums(cell + ROW_BYTES, low, high, row.second);
      cell += CELL_BYTES;
    }
    low = nextLow;
    high = nextHigh;
  }
}

function addSums(cell: usize, low: v128, high: v128, weight: f32): void {
  v128.store(cell, f32x4.add(v128.load(cell), f32x4.mul(low, f32x4.splat(weight))));
  v128.store(cell, f32x4.add(v128.load(cell, 16), f32x4.mul(high, f32x4.splat(weight))), 16);
}
