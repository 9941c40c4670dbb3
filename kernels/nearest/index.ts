/** The nearest rows of integers by their products: what matching descriptors spends its time on. */

import { nearestReference } from './reference.ts';
import { nearestSimd } from './simd.ts';
import type { Apart, Nearest, Rows } from './types.ts';

export { nearestReference } from './reference.ts';
export { NONE } from './types.ts';
export type { Apart, Nearest, Rows } from './types.ts';

/** The best partners of all rows of both sides, each of which has one or more rows of the same length. */
export function nearestRows(a: Rows, b: Rows, apart?: Apart): Nearest {
  const { length } = a;
  if (length % 8 || length < 8 || b.length !== length)
    throw new RangeError(`Expected one multiple of 8 for length but received ${length} and ${b.length}`);
  for (const { count, data } of [a, b])
    if (count < 1 || data.length < count * length)
      throw new TypeError(`Expected ${Math.max(1, count)} rows of ${length} values but received fewer`);
  return nearestSimd(a, b, apart) ?? nearestReference(a, b, apart);
}
