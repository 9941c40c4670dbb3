/** Dense correspondence and optical flow: images in, flow out, and what one does with flow. */

export {
  BackendError,
  FileError,
  ModelError,
  ShapeError,
  WhitherError,
  applyHomography,
  asNdarray,
  composeHomographies,
  countCorrespondences,
  createCorrespondences,
  fromNdarray,
  homographyJacobian,
  invertHomography,
  joinCorrespondences,
  normalizeHomography,
  pickCorrespondences,
  resizeHomography,
  selectCorrespondences,
  swapCorrespondences,
  transformPoints,
} from './core/index.ts';
export type {
  CorrespondenceSource,
  Correspondences,
  FlowField,
  Homography,
  Image,
  Mask,
  Matrix3,
  ScalarField,
  Tensor,
} from './core/index.ts';

export { loadFlowModel } from './flow/network/index.ts';
export type {
  FlowBackend,
  FlowGraph,
  FlowModel,
  LoadFlowModelOptions,
  Precision,
} from './flow/network/index.ts';
export { estimateFlow, flowSequence } from './flow/estimate/index.ts';
export type { TileOption } from './flow/tiles/index.ts';
export type {
  EstimateOptions,
  FlowEstimate,
  FlowSequenceOptions,
  SequenceEstimate,
} from './flow/estimate/index.ts';

export {
  blend,
  colorizeFlow,
  drawArrows,
  errorMap,
  flowLegend,
  maskToImage,
  scalarToImage,
  sideBySide,
} from './draw/index.ts';
export {
  checkConsistency,
  composeFlow,
  cropFlow,
  flowPercentile,
  flowStatistics,
  invertFlow,
  padImage,
  refineFlow,
  resizeFlow,
  scoreFlow,
  sequenceMagnitude,
  splatImage,
  warpFlow,
  warpImage,
} from './flow/index.ts';
export type {
  ArrowOptions,
  ColorizeOptions,
  ColorizedFlow,
  ErrorMap,
  ErrorMapOptions,
} from './draw/index.ts';
export type {
  Consistency,
  ConsistencyOptions,
  FlowScore,
  FlowStatistics,
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

export {
  atomicWrite,
  createFrameSink,
  decodeFlo,
  decodeImage,
  decodeKitti,
  decodeNpy,
  decodePfm,
  encodeFlo,
  encodeImage,
  encodeKitti,
  encodeNpy,
  encodePfm,
  isFlowFile,
  openFrames,
  readFlow,
  readImage,
  readMask,
  writeFlow,
  writeImage,
  writeMask,
} from './io/index.ts';
export type {
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

export {
  CLASSICAL_MEASURES,
  PatchModel,
  denseSimilarity,
  describe,
  describeDense,
  loadPatchModel,
  localSimilarity,
  similarities,
  similaritiesOfCell,
  similarity,
  similarityMap,
  toPatchDescriptor,
  verify,
} from './match/patches/index.ts';
export type {
  CellGrid,
  ClassicalMeasure,
  DenseOptions,
  DenseSimilarity,
  DescriptorMap,
  GreyImage,
  LoadPatchModelOptions,
  LocalSimilarity,
  PatchImage,
  PatchPrecision,
  PatchThreshold,
  Peak,
  Point,
  Similarities,
  Similarity,
  SimilarityMap,
  SimilarityMapOptions,
  SimilarityOptions,
  Threshold,
  Verification,
} from './match/patches/index.ts';
export {
  fitLda,
  fitMahalanobis,
  metricNames,
  pairwiseDistances,
  parseMetric,
  serializeMetric,
  similarityOf,
  vectorDistance,
} from './match/metric/index.ts';
export type {
  DistanceMatrix,
  FitLdaOptions,
  FitMetricOptions,
  LearnedMetric,
  Metric,
  MetricChoice,
  MetricName,
  PlainMetricName,
  RbfMetric,
} from './match/metric/index.ts';
export { createNearestIndex, findNearest } from './match/search/index.ts';
export type {
  FindNearestOptions,
  NearestIndex,
  NearestIndexOptions,
  Neighbors,
} from './match/search/index.ts';
export {
  areaUnderRoc,
  averagePrecision,
  chooseThreshold,
  clusterDescriptors,
  equalErrorRate,
  falsePositiveRateAtRecall,
  normalizedMutualInformation,
  rocCurve,
  scoreClustering,
  scoreRetrieval,
  toScores,
} from './match/evaluation/index.ts';
export type {
  ChosenThreshold,
  ClusterOptions,
  LabelledDescriptors,
  RetrievalScore,
  RocCurve,
  ScoreRetrievalOptions,
  ScoredPairs,
} from './match/evaluation/index.ts';

export { listModels } from './runtime/index.ts';
export type {
  FlowManifest,
  HomographyManifest,
  InstalledModel,
  ModelCorrelation,
  ModelInput,
  PairManifest,
  PatchManifest,
  SemanticManifest,
} from './runtime/index.ts';

export {
  describeKeypoints,
  detectKeypoints,
  extractFeatures,
  extractPatches,
  matchDescriptors,
  matchFeatures,
  toGrey,
} from './features/index.ts';
export type {
  DescribeOptions,
  DescriptorKind,
  DescriptorMatches,
  Descriptors,
  DetectOptions,
  Detector,
  ExtractOptions,
  FeatureMatch,
  Features,
  Grey,
  Keypoints,
  MatchDescriptorsOptions,
  MatchFeaturesOptions,
  PatchDescriptor,
  Patches,
} from './features/index.ts';

export {
  applyInverseWarp,
  applyThinPlateSpline,
  applyWarp,
  composeWarps,
  fitHomography,
  fitModel,
  fitThinPlateSpline,
  fitWarp,
  homographyWarp,
  invertThinPlateSpline,
  sampsonDistance,
  solveModel,
  tensorDlt,
} from './geometry/index.ts';
export type {
  FitOptions,
  GeometricModel,
  LinearWarp,
  RobustFit,
  SplineWarp,
  ThinPlateSpline,
  Warp,
  WarpChain,
} from './geometry/index.ts';

export {
  SEMANTIC_TRANSFORMS,
  SemanticModel,
  describeSemantic,
  drawSemanticMatch,
  loadSemanticModel,
  matchSemantic,
  transferPoints,
} from './match/semantic/index.ts';
export type {
  DrawSemanticOptions,
  LoadSemanticModelOptions,
  MatchSemanticOptions,
  SemanticFeatures,
  SemanticMatch,
  SemanticTransform,
  SemanticTransformName,
  TransferBy,
  TransferredPoints,
} from './match/semantic/index.ts';

export {
  HomographyModel,
  correspondencesFromHomography,
  estimateHomography,
  loadHomographyModel,
} from './match/homography/index.ts';
export type {
  EstimateHomographyOptions,
  HomographyCorrespondencesOptions,
  HomographyEstimate,
  LoadHomographyModelOptions,
} from './match/homography/index.ts';

export { correspondencesFromFlow, drawMatches, match } from './match/pair/index.ts';
export type {
  DrawMatchesOptions,
  FlowCorrespondencesOptions,
  MatchOptions,
  MatchStage,
  PairMatch,
} from './match/pair/index.ts';

export {
  bundleAdjust,
  chooseModel,
  composePanorama,
  createFeatureMatcher,
  createProjection,
  estimateExposure,
  estimateFocal,
  examinePair,
  findComponents,
  findSeams,
  NothingFitsError,
  parseTransforms,
  pickFrames,
  planarCameras,
  PROJECTION_NAMES,
  register,
  rotationCameras,
  stitch,
  straighten,
  verifyPair,
} from './stitch/index.ts';
export type {
  BlendMethod,
  CameraModel,
  FlowBetween,
  ImageSource,
  LeftOut,
  PairMatch as StitchPair,
  PairMatcher,
  PairReport,
  Panorama,
  PanoramaReport,
  PickFramesOptions,
  Placement,
  ProjectionName,
  Registration,
  SeamMethod,
  StageName,
  Stitched,
  StitchOptions,
  StitchReport,
  TileSink,
  Transforms,
  VideoFrame,
  View,
} from './stitch/index.ts';
export type { Color } from './core/index.ts';
export type { ModelFile } from './runtime/manifest/index.ts';
export type { ModelManifest } from './runtime/manifest/index.ts';
