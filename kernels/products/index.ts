/** Products of rows of 16-bit integers: what matching descriptors spends its time on. */

import { multiplyRowsReference } from './reference.ts';
import { openProducts } from './simd.ts';

export { multiplyRowsReference } from './reference.ts';

/** Rows of A that one call of `use` receives at most. */
const BLOCK = 32;

/**
 * Calls `use` with the dot products of rows of A with all rows of B, a few rows at a time until all of A has passed.
 * Memory is that of a few rows, whatever the counts.
 *
 * @param a `countA * length` values
 * @param b `countB * length` values
 * @param length values a row, a multiple of 8; the products must fit in 32 bits
 * @param use is given `rows * countB` products, those of row `start` of A first; the array is used again
 */
export function multiplyRows(
  a: Int16Array,
  countA: number,
  b: Int16Array,
  countB: number,
  length: number,
  use: (products: Int32Array, start: number, rows: number) => void,
): void {
  if (length % 8 || length < 8)
    throw new RangeError(`Expected a multiple of 8 for length but received ${length}`);
  if (a.length < countA * length || b.length < countB * length)
    throw new TypeError(`Expected ${countA} and ${countB} rows of ${length} values but received fewer`);
  const products = new Int32Array(BLOCK * countB);
  const simd = openProducts(length);
  for (let start = 0; start < countA; start += BLOCK) {
    const rows = Math.min(BLOCK, countA - start);
    const part = a.subarray(start * length, (start + rows) * length);
    if (simd) simd.multiply(part, rows, b, countB, start === 0, products);
    else multiplyRowsReference(part, rows, b, countB, length, products);
    use(products, start, rows);
  }
}
