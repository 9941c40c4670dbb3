export { denormalizeFundamental, denormalizeMap, meanDistance, normalizePoints } from './normalize-points.ts';
export type { NormalizedPoints } from './normalize-points.ts';
export { solveLinear } from './solve-linear.ts';
