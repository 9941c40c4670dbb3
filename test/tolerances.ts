/** How far apart two computations of one thing may be; every test takes its tolerance from here. */
export const TOLERANCE = {
  /** float32 sums of up to a few hundred products of values near 1, in another order. */
  correlation: 2e-4,
  /** The same network through two runtimes or two graphs, flow in pixels. */
  networkFlow: 2e-2,
  /** Interpolation in float32. */
  interpolation: 1e-4,
} as const;
