/** Distances within a mask: what comes from the row before four pixels at a time, and then one after the other. */

import { bytesToFloats } from '../shared/colours';

const STRAIGHT: f32 = 3;
const DIAGONAL: f32 = 4;

/** The least steps by way of three neighbours in another row. */
function throughRow(row: usize): v128 {
  const besides = f32x4.pmin(v128.load(row, 4), v128.load(row - 4));
  const across = f32x4.add(besides, f32x4.splat(DIAGONAL));
  return f32x4.pmin(across, f32x4.add(v128.load(row), f32x4.splat(STRAIGHT)));
}

/**
 * Steps to pixels from `at` to `end` by way of the row at `before`, where the mask is 1, and of each other from the
 * first to the last.
 */
export function down(at: usize, end: usize, before: usize, mask: usize): void {
  let place = at;
  do {
    v128.store(place, f32x4.mul(throughRow(before), bytesToFloats(mask)));
    before += 16;
    mask += 4;
    place += 16;
  } while (place < end);
  let value: f32 = 0;
  do {
    value = min(load<f32>(at), value + STRAIGHT);
    store<f32>(at, value);
    at += 4;
  } while (at < end);
}

/** The same from the last to the first, for pixels that have been reached the other way. */
export function up(at: usize, end: usize, after: usize): void {
  let place = at;
  do {
    v128.store(place, f32x4.pmin(throughRow(after), v128.load(place)));
    after += 16;
    place += 16;
  } while (place < end);
  let value: f32 = 0;
  do {
    end -= 4;
    value = min(load<f32>(end), value + STRAIGHT);
    store<f32>(end, value);
  } while (end > at);
}

/** Steps become pixels. */
export function finish(at: usize, end: usize): void {
  for (; at < end; at += 16) v128.store(at, f32x4.div(v128.load(at), f32x4.splat(STRAIGHT)));
}
