/** Places, in bytes, of the numbers that the code reads: four floats each. */
export const SCALARS = { share: 0, factors: 16, scale: 32, black: 48 } as const;

/** The first byte behind them. */
export const SCALARS_END = 64;
