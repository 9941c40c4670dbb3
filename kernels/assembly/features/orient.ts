/** Histograms of the directions of gradients, four samples at a time. */

import { directions, lengths } from '../shared/direction';

/** Bins of a turn, as in kernels/orient/types.ts. */
const BINS = 36;
/** Places in bytes: the bins behind two that repeat the last, what comes of them, and the weights of columns. */
const BINS_AT: usize = 64;
const SMOOTH_AT: usize = 256;
const COLUMNS_AT: usize = 1024;
const FIRST_BIN: usize = BINS_AT + 8;
const BINS_END: usize = FIRST_BIN + 4 * BINS;

/** Which samples: every one, or every second each way. */
class Every {}
class Second {}

/** Adds rows of samples to the bins, of which the first lies at `at`. Weights of rows lie from `row` to `rowEnd`. */
export function every(row: usize, rowEnd: usize, columnEnd: usize, at: usize, pitch: usize): void {
  fill<Every>(row, rowEnd, columnEnd, at, pitch);
}

export function second(row: usize, rowEnd: usize, columnEnd: usize, at: usize, pitch: usize): void {
  fill<Second>(row, rowEnd, columnEnd, at, pitch);
}

/** Four samples. */
function take<Samples>(at: usize): v128 {
  if (idof<Samples>() === idof<Every>()) return v128.load(at);
  return v128.shuffle<f32>(v128.load(at), v128.load(at, 16), 0, 2, 4, 6);
}

function fill<Samples>(row: usize, rowEnd: usize, columnEnd: usize, at: usize, pitch: usize): void {
  const step: usize = idof<Samples>() === idof<Every>() ? 1 : 2;
  do {
    const weightY = v128.load32_splat(row);
    let from = at;
    let column = COLUMNS_AT;
    do {
      const dx = f32x4.sub(take<Samples>(from + 4), take<Samples>(from - 4));
      const dy = f32x4.sub(take<Samples>(from + pitch), take<Samples>(from - pitch));
      const weight = f32x4.mul(v128.load(column), weightY);
      // What lies beyond the last column may be no number, and counts nothing.
      const counts = f32x4.lt(f32x4.splat(0), weight);
      const size = v128.and(f32x4.mul(lengths(dx, dy), weight), counts);
      const turn = f32x4.mul(directions(dx, dy), f32x4.splat((BINS as f32) / 8));
      const held = f32x4.pmin(f32x4.splat(BINS as f32), f32x4.pmax(f32x4.splat(0), turn));
      const bins = i32x4.shl(i32x4.trunc_sat_f32x4_s(f32x4.nearest(held)), 2);
      addTo(i32x4.extract_lane(bins, 0), f32x4.extract_lane(size, 0));
      addTo(i32x4.extract_lane(bins, 1), f32x4.extract_lane(size, 1));
      addTo(i32x4.extract_lane(bins, 2), f32x4.extract_lane(size, 2));
      addTo(i32x4.extract_lane(bins, 3), f32x4.extract_lane(size, 3));
      from += 16 * step;
      column += 16;
    } while (column < columnEnd);
    at += pitch * step;
    row += 4;
  } while (row < rowEnd);
}

function addTo(bin: usize, value: f32): void {
  store<f32>(bin, load<f32>(bin, FIRST_BIN) + value, FIRST_BIN);
}

function copy(to: usize, from: usize): void {
  store<f32>(to, load<f32>(from));
}

/** Both bins at this distance, in bytes, around each of four, weighted. */
function pair(at: usize, distance: usize, weight: f32): v128 {
  const sum = f32x4.add(v128.load(at - distance), v128.load(at + distance));
  return f32x4.mul(sum, f32x4.splat(weight));
}

/** Weights 1, 4, 6, 4, 1 of 16 around the turn. */
export function smooth(): void {
  // A whole turn is none.
  store<f32>(FIRST_BIN, load<f32>(FIRST_BIN) + load<f32>(BINS_END));
  copy(FIRST_BIN - 8, BINS_END - 8);
  copy(FIRST_BIN - 4, BINS_END - 4);
  copy(BINS_END, FIRST_BIN);
  copy(BINS_END + 4, FIRST_BIN + 4);
  for (let bin: usize = 0; bin < 4 * BINS; bin += 16) {
    const at = FIRST_BIN + bin;
    const around = f32x4.add(pair(at, 8, 1 / 16), pair(at, 4, 4 / 16));
    v128.store(SMOOTH_AT + bin, f32x4.add(around, f32x4.mul(v128.load(at), f32x4.splat(6 / 16))));
  }
}
