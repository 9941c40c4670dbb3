/**
 * Quantiles of non-negative numbers, as NumPy's `percentile` gives them: linear between the two nearest ranks.
 * Two counting passes over the bit patterns, which sort like the numbers themselves, instead of a sort.
 *
 * @param values finite and 0 or more
 * @param include takes part where it is not 0; all take part where absent
 * @param shares 0 (the least) to 1 (the greatest)
 * @returns one number for every share; NaN where no value takes part
 */
export function quantiles(
  values: Float32Array,
  include: Uint8Array | undefined,
  shares: readonly number[],
): number[] {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const buckets = new Uint32Array(65536);
  let count = 0;
  for (let i = 0; i < bits.length; i++) {
    if (include !== undefined && include[i] === 0) continue;
    // The sign bit goes: -0 is 0.
    buckets[(bits[i] & 0x7fffffff) >>> 16]++;
    count++;
  }
  if (count === 0) return shares.map(() => NaN);
  const at = (rank: number): number => select(bits, include, buckets, rank);
  return shares.map((share) => {
    const rank = share * (count - 1);
    const below = at(Math.floor(rank));
    return rank % 1 === 0 ? below : below + (at(Math.ceil(rank)) - below) * (rank % 1);
  });
}

/** The value of this rank, 0 being the least: its upper 16 bits from `buckets`, its lower ones by a count. */
function select(
  bits: Uint32Array,
  include: Uint8Array | undefined,
  buckets: Uint32Array,
  rank: number,
): number {
  const upper = locate(buckets, rank);
  const lowers = new Uint32Array(65536);
  for (let i = 0; i < bits.length; i++)
    if ((bits[i] & 0x7fffffff) >>> 16 === upper.index && (include === undefined || include[i] !== 0))
      lowers[bits[i] & 0xffff]++;
  const lower = locate(lowers, upper.rest);
  return new Float32Array(Uint32Array.of((upper.index << 16) | lower.index).buffer)[0];
}

/** The bucket that holds this rank, and the rank within it. */
function locate(buckets: Uint32Array, rank: number): { index: number; rest: number } {
  let index = 0;
  let rest = rank;
  while (rest >= buckets[index]) rest -= buckets[index++];
  return { index, rest };
}
