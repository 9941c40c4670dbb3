/** From an image to those of the same scene: descriptors of whole images, an index of them, geometric verification. */
export { GlobalModel, describeImage, loadGlobalModel } from './describe/index.ts';
export type { LoadGlobalModelOptions } from './describe/index.ts';
export { findDuplicates } from './duplicates/index.ts';
export type { DuplicateGroup, FindDuplicatesOptions } from './duplicates/index.ts';
export { PhotoIndex, addImages, mergeIndexes, openIndex, searchIndex } from './store/index.ts';
export type {
  AddImagesOptions,
  AddedImage,
  IndexHeader,
  IndexModel,
  IndexRecord,
  IndexedFile,
  OpenIndexOptions,
  SearchOptions,
  SearchResult,
} from './store/index.ts';
export { verifyResults } from './verify/index.ts';
export type { VerifiedResult, VerifyResultsOptions } from './verify/index.ts';
