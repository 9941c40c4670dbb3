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
  return shares.map((share) => {
    const rank = share * (count - 1);
    const [below, above] = select(bits, include, buckets, Math.floor(rank), Math.ceil(rank));
    return below + (above - below) * (rank % 1);
  });
}

/**
 * The values of two ranks, the same or neighbours, 0 being the least: their upper 16 bits from `buckets`, the
 * lower ones by a count of what shares these.
 */
function select(
  bits: Uint32Array,
  include: Uint8Array | undefined,
  buckets: Uint32Array,
  rankA: number,
  rankB: number,
): [number, number] {
  const a = locate(buckets, rankA);
  const lowersA = countLowers(bits, include, a.index);
  const b = locate(buckets, rankB);
  const lowersB = b.index === a.index ? lowersA : countLowers(bits, include, b.index);
  return [toFloat(a.index, locate(lowersA, a.rest).index), toFloat(b.index, locate(lowersB, b.rest).index)];
}

/** How often each pattern of the lower 16 bits comes with these upper ones. */
function countLowers(bits: Uint32Array, include: Uint8Array | undefined, upper: number): Uint32Array {
  const lowers = new Uint32Array(65536);
  for (let i = 0; i < bits.length; i++)
    if ((bits[i] & 0x7fffffff) >>> 16 === upper && (include === undefined || include[i] !== 0))
      lowers[bits[i] & 0xffff]++;
  return lowers;
}

function toFloat(upper: number, lower: number): number {
  return new Float32Array(Uint32Array.of((upper << 16) | lower).buffer)[0];
}

/** The bucket that holds this rank, and the rank within it. */
function locate(buckets: Uint32Array, rank: number): { index: number; rest: number } {
  let index = 0;
  let rest = rank;
  while (rest >= buckets[index]) rest -= buckets[index++];
  return { index, rest };
}
