/** Photos with one vector each, in one file: adding, searching, merging. */
export { addImages } from './add-images.ts';
export type { AddImagesOptions, AddedImage } from './add-images.ts';
export type { IndexHeader, IndexRecord, IndexedFile } from './index-records.ts';
export { mergeIndexes } from './merge-indexes.ts';
export { PhotoIndex, openIndex, searchIndex } from './photo-index.ts';
export type { IndexModel, OpenIndexOptions, SearchOptions, SearchResult } from './photo-index.ts';
