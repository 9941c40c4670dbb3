export { tensorDlt } from './tensor-dlt.ts';
export { applyThinPlateSpline, fitThinPlateSpline, invertThinPlateSpline } from './thin-plate.ts';
export type { ThinPlateSpline } from './thin-plate.ts';
export { applyInverseWarp, applyWarp, composeWarps, fitWarp, homographyWarp } from './warp.ts';
export type { LinearWarp, SplineWarp, Warp, WarpChain } from './warp.ts';
