import { selectBest, selectLeast } from './select.ts';
import type { ByteRows, PreparedScan } from './types.ts';

/** The definition. */
export function scanReference(rows: ByteRows): PreparedScan {
  const { count, length, data } = rows;
  const row = (i: number): Int8Array => data.subarray(i * length, (i + 1) * length);
  return {
    count,
    run(query, { top, shortlist, norms }) {
      const all = Int32Array.from({ length: count }, (_, i) => i);
      const list =
        shortlist >= count
          ? all
          : selectLeast(
              all.map((i) => differingSigns(query, row(i))),
              length,
              shortlist,
            );
      const products = Float64Array.from(list, (i) => dot(query, row(i)) / (norms?.[i] ?? 1));
      return selectBest(list, products, top);
    },
    dispose: () => undefined,
  };
}

const differingSigns = (a: Int8Array, b: Int8Array): number =>
  a.reduce((sum, value, k) => sum + Number(value < 0 !== b[k] < 0), 0);

const dot = (a: Int8Array, b: Int8Array): number => a.reduce((sum, value, k) => sum + value * b[k], 0);
