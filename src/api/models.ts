/** `whither/models`: what is installed, and what a `model.json` says. */
export { importFlowModel, importPatchModel } from '../import/index.ts';
export type { ImportFlowOptions, ImportOptions, ImportPatchOptions, ImportReport } from '../import/index.ts';
export type { FlowGraph } from '../flow/network/index.ts';
export { DEVICES, listDevices, listModels } from '../runtime/index.ts';
export type {
  Device,
  DeviceState,
  GraphValue,
  InstalledModel,
  OnnxRuntime,
  RuntimeOptions,
  Session,
  SessionOptions,
} from '../runtime/index.ts';
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
  RefineLevel,
  RefineSettings,
  ScoreThreshold,
  SemanticConsensus,
  SemanticFeature,
  SemanticManifest,
  TrainedMetric,
} from '../runtime/manifest/index.ts';
