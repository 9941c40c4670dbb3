/** Means of areas: rows are summed down first, eight values at a time, then pixels across. */

import { bytesToFloats, storeColour } from '../shared/colours';

/**
 * The sums of rows of bytes, `pitch` apart from `input` on, by the weights from `weights` to `weightsEnd`; floats from
 * `out` to `end`, rounded up to eight.
 */
export function down(
  input: usize,
  weights: usize,
  weightsEnd: usize,
  pitch: usize,
  out: usize,
  end: usize,
): void {
  do {
    let first = f32x4.splat(0);
    let second = f32x4.splat(0);
    let at = input;
    let tap = weights;
    do {
      const weight = v128.load32_splat(tap);
      first = f32x4.add(first, f32x4.mul(weight, bytesToFloats(at)));
      second = f32x4.add(second, f32x4.mul(weight, bytesToFloats(at + 4)));
      at += pitch;
      tap += 4;
    } while (tap < weightsEnd);
    v128.store(out, first);
    v128.store(out, second, 16);
    input += 8;
    out += 32;
  } while (out < end);
}

/**
 * Pixels of bytes from `out` to `end`, each from floats of a row as an entry of a table of `entry` bytes says: the first
 * pixel's place in the row, in bytes, and then the weights.
 */
export function across(row: usize, table: usize, entry: usize, out: usize, end: usize): void {
  do {
    let at = row + load<u32>(table);
    const next = table + entry;
    table += 4;
    // Half a step, since fractions are dropped.
    let sum = f32x4.splat(0.5);
    do {
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(table), v128.load(at)));
      at += 12;
      table += 4;
    } while (table < next);
    storeColour(out, sum);
    out += 3;
  } while (out < end);
}
