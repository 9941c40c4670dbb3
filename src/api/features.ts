/** `whither/features`: keypoints, descriptors of keypoints, patches and whole images, and search among them. */
export * from '../features/index.ts';
export {
  CLASSICAL_MEASURES,
  describeDense,
  denseSimilarity,
  localSimilarity,
  similaritiesOfCell,
  toPatchDescriptor,
  DEFAULT_PATCH_MODEL,
  PatchModel,
  loadPatchModel,
  describePatches,
  similarities,
  similarity,
  similarityMap,
  verify,
} from '../match/patches/index.ts';
export type {
  CellGrid,
  Peak,
  ClassicalMeasure,
  DenseOptions,
  DenseSimilarity,
  LocalSimilarity,
  DescriptorMap,
  PatchPrecision,
  LoadPatchModelOptions,
  PatchThreshold,
  GreyImage,
  PatchImage,
  Similarities,
  Similarity,
  SimilarityOptions,
  MapPoint,
  SimilarityMap,
  SimilarityMapOptions,
  Threshold,
  Verification,
} from '../match/patches/index.ts';
export * from '../match/search/index.ts';
export { SEMANTIC_TRANSFORMS, describeSemantic } from '../match/semantic/index.ts';
export type { RegressorName, SemanticFeatures } from '../match/semantic/index.ts';
