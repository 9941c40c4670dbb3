export { ImageCache } from './image-cache.ts';
export { MATCH_MEGAPIXELS, keepImages, neededPixels } from './keep-images.ts';
export { maskSource } from './mask-source.ts';
export { shrinkImage } from './shrink-image.ts';
export { asSources } from './sources.ts';
export type { SourceOptions } from './keep-images.ts';
