export { CHANNEL_ORDERS, FITS, PADDINGS, STACKS } from './manifest-flow-io.ts';
export type { ModelInput, ModelOutput } from './manifest-flow-io.ts';
export { FLOW_PRESETS } from './manifest-flow.ts';
export type {
  FlowManifest,
  FlowPlan,
  FlowPresetName,
  ModelCorrelation,
  ModelPyramid,
  RefineLevel,
  RefineSettings,
} from './manifest-flow.ts';
export type { GlobalManifest } from './manifest-global.ts';
export type { HomographyManifest } from './manifest-homography.ts';
export { TRAINED_METRICS } from './manifest-patch.ts';
export type {
  DenseOutput,
  DistanceThreshold,
  PairManifest,
  PatchInput,
  PatchManifest,
  PatchOutput,
  ScoreThreshold,
  TrainedMetric,
} from './manifest-patch.ts';
export type { SemanticConsensus, SemanticFeature, SemanticManifest } from './manifest-semantic.ts';
export { parseManifest } from './manifest.ts';
export type { AnyManifest } from './manifest.ts';
export type { ModelFile, ModelManifest } from './model-manifest.ts';
