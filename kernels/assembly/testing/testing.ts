/** What the tests of pools and of shared pieces run. */

import { exp2 } from '../shared/exponential';

/** Adds one to the four values of an item, after so many square roots that only take time. */
function count(place: usize, effort: i32): void {
  let value = v128.load(place);
  let idle = f32x4.splat(2);
  for (let turn = 0; turn < effort; turn++) idle = f32x4.sqrt(idle);
  // The roots of 2 are never below 1.
  value = f32x4.add(value, f32x4.pmin(idle, f32x4.splat(1)));
  v128.store(place, value);
}

/** Counts at byte 1024, quickly. */
export function few(item: usize): void {
  count(1024 + 16 * item, 1);
}

/** Counts at byte 32768, slowly. */
export function many(item: usize): void {
  count(32768 + 16 * item, 300);
}

/** Counts at byte 1024, slowly. */
export function slow(item: usize): void {
  count(1024 + 16 * item, 300);
}

/** 2 to the power of four values from byte 64 on. */
export function power(item: usize): void {
  const place = 64 + 16 * item;
  v128.store(place, exp2(v128.load(place)));
}
