/** Robust geometry: from correspondences, some of them wrong, to the map that most of them follow. */
export {
  createRandom,
  fitHomography,
  fitModel,
  logFalseAlarms,
  sampsonDistance,
  solveModel,
  toConfidence,
} from './robust/index.ts';
export {
  applyInverseWarp,
  applyThinPlateSpline,
  applyWarp,
  composeWarps,
  fitThinPlateSpline,
  fitWarp,
  homographyWarp,
  invertThinPlateSpline,
  tensorDlt,
} from './transforms/index.ts';
export type { LinearWarp, SplineWarp, ThinPlateSpline, Warp, WarpChain } from './transforms/index.ts';
export type { DistinctPlaces, FitOptions, GeometricModel, RobustFit } from './types.ts';
