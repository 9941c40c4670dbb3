/** The same part of another object. */
export type { SemanticFeatures } from './features.ts';
export { drawSemanticMatch } from './draw-semantic.ts';
export type { DrawSemanticOptions } from './draw-semantic.ts';
export { SEMANTIC_OPTIONS, describeSemantic, matchSemantic, SEMANTIC_TRANSFORMS } from './match-semantic.ts';
export type {
  MatchSemanticOptions,
  SemanticMatch,
  SemanticTransform,
  SemanticTransformName,
} from './match-semantic.ts';
export { loadSemanticModel, SemanticModel } from './semantic-model.ts';
export type { LoadSemanticModelOptions, RegressorName } from './semantic-model.ts';
export { transferPoints } from './transfer-points.ts';
export type { TransferBy, TransferredPoints } from './transfer-points.ts';
