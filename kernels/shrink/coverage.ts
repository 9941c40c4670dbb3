/** For each new cell along one side the old cells that it covers: the first, and their shares, which sum to 1. */
export interface Coverage {
  readonly first: Int32Array;
  /** `taps` a new cell; 0 for those that it does not cover. */
  readonly shares: Float32Array;
  readonly taps: number;
}

/** Of `from` cells made `to`, no more. All of the `taps` cells from each first one on are there. */
export function coverageOf(from: number, to: number): Coverage {
  const size = from / to;
  const taps = Math.min(from, Math.ceil(size) + 1);
  const first = new Int32Array(to);
  const shares = new Float32Array(to * taps);
  for (let i = 0; i < to; i++) {
    const [start, end] = [i * size, Math.min(from, (i + 1) * size)];
    first[i] = Math.min(Math.floor(start), from - taps);
    for (let k = 0; k < taps; k++) {
      const cell = first[i] + k;
      shares[i * taps + k] = Math.max(0, Math.min(end, cell + 1) - Math.max(start, cell)) / (end - start);
    }
  }
  return { first, shares, taps };
}
