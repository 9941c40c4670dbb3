/** How far apart two computations of one thing may be; every test takes its tolerance from here. */
export const TOLERANCE = {
  /** float32 sums of up to a few hundred products of values near 1, in another order. */
  correlation: 2e-4,
  /** The same network through two runtimes or two graphs, flow in pixels. */
  networkFlow: 2e-2,
  /** A whole schedule of passes against PyTorch's operators, flow of a few pixels. */
  coarseToFine: 1e-3,
  /** Interpolation in float32. */
  interpolation: 1e-4,
  /** A smooth flow chained with its inverse by splatting, in pixels. */
  flowInverse: 0.15,
} as const;
