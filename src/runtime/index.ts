/** Models on disk and networks in memory; nothing else imports ONNX Runtime. */
export { loadGraph } from './load-graph.ts';
export type { GraphSignature } from './load-graph.ts';
export { parseManifest } from './manifest.ts';
export type { AnyManifest, ModelFile, ModelManifest } from './manifest.ts';
export { FLOW_PRESETS } from './manifest-flow.ts';
export type {
  FlowManifest,
  FlowPlan,
  FlowPresetName,
  ModelCorrelation,
  ModelInput,
  ModelPyramid,
  RefineSettings,
} from './manifest-flow.ts';
export type { HomographyManifest } from './manifest-homography.ts';
export { TRAINED_METRICS } from './manifest-patch.ts';
export type {
  DenseOutput,
  DistanceThreshold,
  PairManifest,
  PatchInput,
  PatchManifest,
  ScoreThreshold,
  TrainedMetric,
} from './manifest-patch.ts';
export type { SemanticConsensus, SemanticFeature, SemanticManifest } from './manifest-semantic.ts';
export { findModel, listModels, modelsFolder, readModelFile } from './models.ts';
export type { InstalledModel } from './models.ts';
export { imageToTensor, padTensor } from './preprocess.ts';
export { createSession } from './session.ts';
export type { Session, SessionOptions } from './session.ts';
