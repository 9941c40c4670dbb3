/** Models on disk and networks in memory; nothing else imports ONNX Runtime. */
export { checkFinite, checkOutput } from './check-output.ts';
export { MessageReader, WIRE } from './external-data.ts';
export type { GraphValue } from './graph-value.ts';
export { loadGraph } from './load-graph.ts';
export type { GraphSignature } from './load-graph.ts';
export {
  CHANNEL_ORDERS,
  FITS,
  FLOW_PRESETS,
  PADDINGS,
  STACKS,
  TRAINED_METRICS,
  parseManifest,
} from './manifest/index.ts';
export type {
  AnyManifest,
  DenseOutput,
  DistanceThreshold,
  FlowManifest,
  FlowPlan,
  FlowPresetName,
  GlobalManifest,
  HomographyManifest,
  ModelCorrelation,
  ModelFile,
  ModelInput,
  ModelManifest,
  ModelOutput,
  ModelPyramid,
  PairManifest,
  PatchInput,
  PatchManifest,
  PatchOutput,
  RefineSettings,
  ScoreThreshold,
  SemanticConsensus,
  SemanticFeature,
  SemanticManifest,
  TrainedMetric,
} from './manifest/index.ts';
export { DEVICES, RUNTIME_OPTIONS, checkRuntimeOptions } from './device.ts';
export type { Device, OnnxRuntime, RuntimeOptions } from './device.ts';
export { listDevices, openRuntime } from './devices.ts';
export type { DeviceState } from './devices.ts';
export {
  findInPackage,
  findModel,
  listModels,
  modelsFolder,
  packageFolder,
  readModelFile,
} from './files/index.ts';
export type { InstalledModel } from './files/index.ts';
export { createQueue } from './queue.ts';
export type { Queue } from './queue.ts';
export { createSession } from './session.ts';
export type { Session, SessionOptions } from './session.ts';
