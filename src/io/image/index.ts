export {
  IMAGE_EXTENSIONS,
  checkFormat,
  decodeImage,
  decoding,
  encodeImage,
  fitWithin,
  keepNoPictures,
  readImage,
  readImageInfo,
  readImageOfPixels,
  readImageSize,
  readImageWithin,
  readMask,
  readOpaque,
  resizeImage,
  writeImage,
  writeMask,
} from './images.ts';
export type { ImageFileFormat, ReadImageOptions } from './images.ts';
export { DEFAULT_MAX_PIXELS, checkClaimedSize, checkFlowSize } from './pixel-limit.ts';
export type { ReadFlowOptions } from './pixel-limit.ts';
export { decodeRgb16Png, encodeRgb16Png, isRgb16Png } from './png16.ts';
export { rotateImage } from './rotate.ts';
export { createTiledImage } from './tiled-image.ts';
