/** Panoramas: the pipeline, and each of its stages alone. */
export { alignViews, findSeams } from './seams/index.ts';
export type {
  Alignment,
  FlowBetween,
  PairAlignment,
  SeamMap,
  SeamMethod,
  SeamOptions,
} from './seams/index.ts';
export { blendFeather, composePanorama } from './compose/index.ts';
export type {
  Background,
  BlendMethod,
  ComposeOptions,
  ComposedTile,
  Composition,
  Tile,
} from './compose/index.ts';
export { blockGainAt, estimateBlockGains, estimateExposure } from './exposure/index.ts';
export type { BlockGains, Exposure, ExposureOptions } from './exposure/index.ts';
export {
  bundleAdjust,
  chooseModel,
  estimateFocal,
  findComponents,
  focalsOfHomography,
  planarCameras,
  rotationCameras,
  spanTree,
  correctWave,
} from './cameras/index.ts';
export type {
  AdjustOptions,
  AdjustableCameras,
  Adjusted,
  FocalEstimate,
  FocalPair,
  ModelChoice,
  PlanarCameras,
  PlanarSetup,
  RotationCameras,
  RotationSetup,
  SpanningTree,
  Straightened,
  Sweep,
  Tangent,
} from './cameras/index.ts';
export {
  PROJECTION_NAMES,
  createProjection,
  largestRectangle,
  layOut,
  warpToCanvas,
} from './canvas/index.ts';
export type {
  Bend,
  PanoramaCanvas,
  CanvasLayout,
  PlacedView,
  Projection,
  ViewMask,
  WarpedView,
} from './canvas/index.ts';
export { estimateDistortion } from './lens/index.ts';
export type { LensSize } from './lens/index.ts';
export { createFeatureMatcher, examinePair, pickFrames, register, verifyPair } from './register/index.ts';
export type {
  ImageOrder,
  PairEvidence,
  PairMatcher,
  PairVerdict,
  PickFramesOptions,
  Registered,
  Registration,
  VideoFrame,
} from './register/index.ts';
export { minimumCut } from '../../kernels/cut/index.ts';
export type { GridGraph } from '../../kernels/cut/index.ts';
export type { OpenSink, StitchOptions } from './options.ts';
export type {
  InputReport,
  LeftOut,
  PairReport,
  PanoramaReport,
  PlacedImage,
  StitchReport,
} from './report.ts';
export { cubeFaces, littlePlanet, sphereXmp } from './sphere/index.ts';
export type { CubeFace, CubeOptions, PlanetOptions, SphereArea } from './sphere/index.ts';
export { NothingFitsError, UNREADABLE_ADVICE, stitch } from './stitch.ts';
export type { Panorama, Stitched } from './stitch.ts';
export { parseTransforms } from './transforms.ts';
export type { Transforms } from './transforms.ts';
export type {
  CameraModel,
  ImageSource,
  Observation,
  Placement,
  ProjectionName,
  Rectangle,
  StageName,
  StitchPair,
  TileSink,
  View,
} from './types.ts';
export type { Size } from '../core/index.ts';
export type { BuiltPanorama } from './build-panorama.ts';
export type { Tint } from './types.ts';
