/** Robust geometry: from correspondences, some of them wrong, to the map that most of them follow. */
export { fitHomography, fitModel } from './fit-model.ts';
export { solveModel } from './solve-model.ts';
export { tensorDlt } from './tensor-dlt.ts';
export { sampsonDistance } from './fundamental-estimator.ts';
export { applyThinPlateSpline, fitThinPlateSpline, invertThinPlateSpline } from './thin-plate.ts';
export type { ThinPlateSpline } from './thin-plate.ts';
export { applyInverseWarp, applyWarp, composeWarps, fitWarp, homographyWarp } from './warp.ts';
export type { LinearWarp, SplineWarp, Warp, WarpChain } from './warp.ts';
export { createRandom } from './random.ts';
export type { FitOptions, GeometricModel, RobustFit } from './types.ts';
