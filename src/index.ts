/**
 * Dense correspondence and optical flow: the common verbs and their types. The rest by subpath: `whither/flow`,
 * `whither/geometry`, `whither/features`, `whither/evaluate`, `whither/stitch`, `whither/track`, `whither/models`, `whither/kernels`.
 */

// Errors
export {
  BackendError,
  FileError,
  ModelError,
  ShapeError,
  WhitherError,
  applyHomography,
  asNdarray,
  fromJson,
  fromNdarray,
  toJson,
} from './core/index.ts';
export type {
  Color,
  CorrespondenceSource,
  Correspondences,
  FlowField,
  Homography,
  Image,
  Mask,
  Matrix3,
  NumericNdArray,
  Rectangle,
  ScalarField,
  Size,
  Tensor,
} from './core/index.ts';

// Optical flow
export { estimateFlow, flowSequence } from './flow/estimate/index.ts';
export type {
  EstimateOptions,
  FlowEstimate,
  FlowSequenceOptions,
  RefineLevelOptions,
  RefineLevelSettings,
  RefineOptions,
  SequenceEstimate,
  SequenceFrames,
} from './flow/estimate/index.ts';
export { loadFlowModel } from './flow/network/index.ts';
export type { FlowBackend, FlowModel, LoadFlowModelOptions, Precision } from './flow/network/index.ts';
export { cropFlow, cropImage, flowStatistics, resizeFlow, resizeImage, warpImage } from './flow/index.ts';
export type { FlowStatistics, FlowStatisticsOptions, WarpImageOptions, WarpedImage } from './flow/index.ts';
export type { TileOption } from './flow/tiles/index.ts';

// Images of results
export {
  colorizeFlow,
  drawArrows,
  flowLegend,
  maskToImage,
  overlayImages,
  scalarToImage,
  sideBySide,
} from './draw/index.ts';
export type { ArrowOptions, ColorizeOptions, ColorizedFlow } from './draw/index.ts';
export { drawMatches, match } from './match/pair/index.ts';
export type { DrawMatchesOptions, MatchOptions, MatchStage, PairMatch } from './match/pair/index.ts';
export {
  SemanticModel,
  drawSemanticMatch,
  loadSemanticModel,
  matchSemantic,
  transferPoints,
} from './match/semantic/index.ts';
export type {
  DrawSemanticOptions,
  LoadSemanticModelOptions,
  MatchSemanticOptions,
  SemanticMatch,
  SemanticTransform,
  SemanticTransformName,
  TransferBy,
  TransferredPoints,
} from './match/semantic/index.ts';

// Files and frames
export {
  createFrameSink,
  decodeFlow,
  decodeImage,
  encodeFlow,
  encodeImage,
  openFrames,
  readFlow,
  readImage,
  readImages,
  readMask,
  writeFlow,
  writeImage,
  writeMask,
} from './io/index.ts';
export type {
  FlowFileFormat,
  Frame,
  FrameSink,
  FrameSinkOptions,
  FrameSource,
  FrameSourceKind,
  ImageFileFormat,
  OpenFramesOptions,
  ReadFlowOptions,
  ReadImageOptions,
  WriteOptions,
} from './io/index.ts';

// Similarity of patches and images
export { PatchModel, loadPatchModel, similarity, similarityMap, verify } from './match/patches/index.ts';
export type {
  LoadPatchModelOptions,
  Similarity,
  SimilarityMap,
  SimilarityMapOptions,
  SimilarityOptions,
  Threshold,
  Verification,
} from './match/patches/index.ts';

// Panoramas
export { NothingFitsError, stitch } from './stitch/index.ts';
export type {
  ImageSource,
  Panorama,
  StitchOptions,
  StitchReport,
  Stitched,
  TileSink,
  Transforms,
} from './stitch/index.ts';

// The verbs beside the event loop
export { WorkerError, WorkerModel, openWorker } from './worker/index.ts';
export type {
  OpenWorkerOptions,
  WhitherWorker,
  WorkerCallOptions,
  WorkerEstimateOptions,
  WorkerMatchOptions,
  WorkerModelKind,
  WorkerSemanticOptions,
  WorkerSimilarityMapOptions,
  WorkerSimilarityOptions,
  WorkerStitchOptions,
} from './worker/index.ts';

// Tracks
export { collectTracks, trackBox, trackPoints } from './track/index.ts';
export type {
  Box,
  CollectTracksOptions,
  QueryPoint,
  Track,
  TrackBoxOptions,
  TrackOptions,
  TrackedBox,
  TrackedFrame,
  Tracks,
} from './track/index.ts';

// Videos
export { interpolateFrames, steadyFrames } from './video/index.ts';
export type {
  InterpolateOptions,
  InterpolatedFrame,
  SteadyFrame,
  SteadyOptions,
  VideoFrames,
} from './video/index.ts';

// Models
export { listModels } from './runtime/index.ts';
export type { InstalledModel } from './runtime/index.ts';
