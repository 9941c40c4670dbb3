import type { Scanned } from './types.ts';

/** The places of the least values, at least `wanted` of them and not many more, in the order that they lie in. */
export function selectLeast(values: Int32Array, greatest: number, wanted: number): Int32Array {
  const histogram = new Int32Array(greatest + 1);
  for (let i = 0; i < values.length; i++) histogram[values[i]]++;
  let limit = 0;
  for (let sum = histogram[0]; sum < wanted && limit < greatest;) sum += histogram[++limit];
  const out = new Int32Array(Math.min(wanted, values.length));
  // All below the limit, and as many at it as there is room for.
  let room = wanted - histogram.subarray(0, limit).reduce((sum, count) => sum + count, 0);
  let found = 0;
  for (let i = 0; i < values.length && found < out.length; i++)
    if (values[i] < limit || (values[i] === limit && room-- > 0)) out[found++] = i;
  return out;
}

/** The rows of the greatest products, sorted by insertion: `top` is small beside their number. */
export function selectBest(list: Int32Array, products: Float64Array, top: number): Scanned {
  const rows = new Int32Array(Math.min(top, list.length));
  const best = new Float64Array(rows.length);
  let filled = 0;
  for (let k = 0; k < list.length; k++) {
    if (filled === rows.length && !(products[k] > best[filled - 1])) continue;
    let slot = filled < rows.length ? filled++ : filled - 1;
    for (; slot > 0 && best[slot - 1] < products[k]; slot--) {
      best[slot] = best[slot - 1];
      rows[slot] = rows[slot - 1];
    }
    best[slot] = products[k];
    rows[slot] = list[k];
  }
  return { rows, products: best };
}
