/**
 * Dense correspondence and optical flow: the common verbs and their types. The rest by subpath: `whither/geometry`,
 * `whither/features`, `whither/evaluate`, `whither/stitch`, `whither/kernels`.
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
  composeHomographies,
  fromJson,
  fromNdarray,
  invertHomography,
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
  RefineLevelSettings,
  SequenceEstimate,
  SequenceFrames,
} from './flow/estimate/index.ts';
export { loadFlowModel } from './flow/network/index.ts';
export type { FlowBackend, FlowModel, LoadFlowModelOptions, Precision } from './flow/network/index.ts';
export {
  checkForwardBackward,
  composeFlow,
  cropFlow,
  cropImage,
  flowPercentile,
  flowStatistics,
  invertFlow,
  refineFlow,
  resizeFlow,
  resizeImage,
  scoreFlow,
  sequenceMagnitude,
  splatImage,
  warpFlow,
  warpImage,
} from './flow/index.ts';
export type {
  Consistency,
  ConsistencyOptions,
  FlowScore,
  FlowStatistics,
  FlowStatisticsOptions,
  MaskedFlow,
  RefineFlowOptions,
  RefineLevelOptions,
  RefineOptions,
  ScoreOptions,
  SequenceMagnitude,
  SequenceMagnitudeOptions,
  SplatImageOptions,
  SplatOptions,
  SplattedImage,
  WarpImageOptions,
  WarpedImage,
} from './flow/index.ts';
export type { TileOption } from './flow/tiles/index.ts';

// Images of results
export {
  colorizeFlow,
  drawArrows,
  errorMap,
  flowLegend,
  maskToImage,
  overlayImages,
  scalarToImage,
  sideBySide,
} from './draw/index.ts';
export type {
  ArrowOptions,
  ColorizeOptions,
  ColorizedFlow,
  ErrorMap,
  ErrorMapOptions,
} from './draw/index.ts';
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
export {
  PatchModel,
  describePatches,
  loadPatchModel,
  similarities,
  similarity,
  similarityMap,
  verify,
} from './match/patches/index.ts';
export type {
  LoadPatchModelOptions,
  Similarities,
  Similarity,
  SimilarityMap,
  SimilarityMapOptions,
  SimilarityOptions,
  Threshold,
  Verification,
} from './match/patches/index.ts';

// Correspondence
export { HomographyModel, estimateHomography, loadHomographyModel } from './match/homography/index.ts';
export type {
  EstimateHomographyOptions,
  HomographyEstimate,
  LoadHomographyModelOptions,
} from './match/homography/index.ts';

// Panoramas
export { NothingFitsError, parseTransforms, pickFrames, stitch } from './stitch/index.ts';
export type {
  ImageSource,
  Panorama,
  PickFramesOptions,
  StitchOptions,
  StitchReport,
  Stitched,
  TileSink,
  Transforms,
} from './stitch/index.ts';

// Models
export { listModels } from './runtime/index.ts';
export type { InstalledModel } from './runtime/index.ts';
