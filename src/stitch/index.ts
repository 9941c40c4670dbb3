/** Panoramas: the pipeline, and each of its stages alone. */
export { alignViews } from './align-views.ts';
export type { Alignment, FlowBetween, PairAlignment } from './align-views.ts';
export { blendFeather } from './blend.ts';
export type { Tile } from './blend.ts';
export { blockGainAt, estimateBlockGains } from './block-gains.ts';
export type { BlockGains } from './block-gains.ts';
export { bundleAdjust } from './bundle-adjust.ts';
export type { AdjustableCameras, AdjustOptions, Adjusted, Tangent } from './bundle-adjust.ts';
export { chooseModel } from './choose-model.ts';
export type { ModelChoice } from './choose-model.ts';
export { estimateExposure } from './compensate.ts';
export type { Exposure, ExposureOptions } from './compensate.ts';
export { composePanorama } from './compose.ts';
export type { BlendMethod, ComposedTile, ComposeOptions, Composition } from './compose.ts';
export { estimateFocal, focalsOfHomography } from './estimate-focal.ts';
export type { FocalEstimate, FocalPair } from './estimate-focal.ts';
export { largestRectangle } from './largest-rectangle.ts';
export { layOut } from './layout.ts';
export type { Bend, Canvas, Layout, Rectangle } from './layout.ts';
export { findComponents, spanTree } from './match-graph.ts';
export type { SpanningTree } from './match-graph.ts';
export { createFeatureMatcher, examinePair } from './match-pairs.ts';
export type { PairMatcher } from './match-pairs.ts';
export { minimumCut } from '../../kernels/cut/index.ts';
export type { GridGraph } from '../../kernels/cut/index.ts';
export type { StageName, StitchOptions, TileSink } from './options.ts';
export { pickFrames } from './pick-frames.ts';
export type { PickFramesOptions, VideoFrame } from './pick-frames.ts';
export { planarCameras } from './planar-cameras.ts';
export type { PlanarCameras, PlanarSetup } from './planar-cameras.ts';
export { createProjection, PROJECTION_NAMES } from './projection.ts';
export type { Projection } from './projection.ts';
export { register } from './register.ts';
export type { Registered, Registration } from './register.ts';
export type { LeftOut, PairReport, PanoramaReport, StitchReport } from './report.ts';
export { rotationCameras } from './rotation-cameras.ts';
export type { RotationCameras, RotationSetup, Size } from './rotation-cameras.ts';
export { findSeams } from './seams.ts';
export type { SeamMap, SeamMethod, SeamOptions } from './seams.ts';
export { NothingFitsError, stitch } from './stitch.ts';
export type { Panorama, Stitched } from './stitch.ts';
export { straighten } from './straighten.ts';
export type { Straightened, Sweep } from './straighten.ts';
export { parseTransforms } from './transforms.ts';
export type { Transforms } from './transforms.ts';
export type {
  CameraModel,
  ImageSource,
  Observation,
  PairMatch,
  Placement,
  ProjectionName,
  View,
} from './types.ts';
export { verifyPair } from './verify-pair.ts';
export type { PairEvidence, PairVerdict } from './verify-pair.ts';
export { warpView } from './warp-view.ts';
export type { WarpedView, PlacedView } from './warp-view.ts';
