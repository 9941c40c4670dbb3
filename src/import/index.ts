/** Networks of others: from an ONNX graph to a folder with a `model.json`. */
export { importFlowModel } from './import-flow.ts';
export type { ImportFlowOptions } from './import-flow.ts';
export { importPatchModel } from './import-patch.ts';
export type { ImportPatchOptions } from './import-patch.ts';
export type { ImportOptions, ImportReport } from './types.ts';
