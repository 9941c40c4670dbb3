export {
  checkForwardBackward,
  composeFlow,
  cropFlow,
  cropImage,
  flowPercentile,
  flowStatistics,
  invertFlow,
  resizeFlow,
  resizeImage,
  scoreFlow,
  sequenceMagnitude,
  splatImage,
  warpFlow,
  warpImage,
} from './field/index.ts';
export type {
  Consistency,
  ConsistencyOptions,
  FlowScore,
  FlowStatistics,
  FlowStatisticsOptions,
  MaskedFlow,
  ScoreOptions,
  SequenceMagnitude,
  SequenceMagnitudeOptions,
  SplatImageOptions,
  SplatOptions,
  SplattedImage,
  WarpImageOptions,
  WarpedImage,
} from './field/index.ts';
export { refineFlow } from './estimate/index.ts';
export type { RefineFlowOptions, RefineLevelOptions, RefineOptions } from './estimate/index.ts';
