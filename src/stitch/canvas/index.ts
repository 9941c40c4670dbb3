export { ALL, NONE, createCover } from './cover.ts';
export type { Cover } from './cover.ts';
export { largestRectangle, shrinkMask } from './largest-rectangle.ts';
export {
  cropCanvas,
  footprints,
  inverseMatrices,
  layOut,
  rescale,
  sourceGrid,
  widenCanvas,
  wrap,
} from './layout.ts';
export type { Bend, PanoramaCanvas, CanvasLayout } from './layout.ts';
export { orientPanorama } from './orient-panorama.ts';
export type { Oriented } from './orient-panorama.ts';
export { intersect } from './overlaps.ts';
export { PROJECTION_NAMES, createProjection } from './projection.ts';
export type { Projection } from './projection.ts';
export { forEachShared, sampleRaster } from './raster.ts';
export { prepareMask } from './view-mask.ts';
export type { ViewMask } from './view-mask.ts';
export { applyViewWarp, copyRun, openWarp, paintPlaced, warpToCanvas } from './warp-view.ts';
export type { Field, PlacedView, WarpedView } from './warp-view.ts';
export type { Rectangle } from '../types.ts';
