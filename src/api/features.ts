/** `whither/features`: keypoints, descriptors of keypoints, patches and whole images, and search among them. */
export * from '../features/index.ts';
export * from '../match/patches/index.ts';
export * from '../match/search/index.ts';
export { SEMANTIC_TRANSFORMS, describeSemantic } from '../match/semantic/index.ts';
export type { RegressorName, SemanticFeatures } from '../match/semantic/index.ts';
