export { ImageCache } from './image-cache.ts';
export { MATCH_MEGAPIXELS, keepImages, neededPixels } from './keep-pictures.ts';
export { shrinkImage } from './shrink-image.ts';
export { asSources } from './sources.ts';
export type { SourceOptions } from './keep-pictures.ts';
