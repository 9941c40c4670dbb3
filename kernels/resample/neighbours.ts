import { axisTaps } from './axis.ts';

/** The first of two neighbours of every sample of an axis that grows, and the share of the second. */
export interface Neighbours {
  readonly cells: Int32Array;
  readonly shares: Float32Array;
}

/** Of the first `count` of `to` samples made of `from`. An axis of one sample has no second: its share is 0. */
export function neighbours(from: number, to: number, count = to): Neighbours {
  const { starts, offsets, weights } = axisTaps(from, to);
  const shares = Float32Array.from({ length: count }, (_, i) =>
    offsets[i + 1] - offsets[i] > 1 ? weights[offsets[i] + 1] : 0,
  );
  return { cells: starts.subarray(0, count), shares };
}
