/** The rows most alike to a query, by a scan of all of them: signs first, then the products of those that agree best. */

import { scanReference } from './reference.ts';
import { scanSimd } from './simd.ts';
import type { ByteRows, PreparedScan } from './types.ts';

export { scanReference } from './reference.ts';
export type { ByteRows, PreparedScan, Scanned, ScanOptions } from './types.ts';

/** Copies rows to where they are scanned, with the signs of each as a sketch of one bit a value. */
export function prepareScan(rows: ByteRows): PreparedScan {
  const { count, length, data } = rows;
  if (length % 128 || length < 128 || length > 4096)
    throw new RangeError(`Expected a multiple of 128 of at most 4096 for length but received ${length}`);
  if (count < 1 || data.length < count * length)
    throw new TypeError(`Expected ${Math.max(1, count)} rows of ${length} values but received fewer`);
  return scanSimd(rows) ?? scanReference(rows);
}
