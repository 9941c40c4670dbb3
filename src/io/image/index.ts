export {
  IMAGE_EXTENSIONS,
  checkFormat,
  decodeImage,
  decoding,
  encodeImage,
  findSampleRanges,
  fitWithin,
  keepNoImages,
  opaqueOfAlpha,
  readImage,
  readImageInfo,
  readImageOfPixels,
  readImageWithin,
  readImages,
  readMask,
  readOpaque,
  fitImage,
  writeImage,
  writeMask,
} from './images.ts';
export type { DecodeOptions, ImageFileFormat, ReadImageOptions } from './images.ts';
export type { SampleRanges } from './sample-range.ts';
export { listImages } from './list-images.ts';
export { DEFAULT_MAX_PIXELS, READ_FLOW_OPTIONS, checkClaimedSize, checkFlowSize } from './pixel-limit.ts';
export type { ReadFlowOptions } from './pixel-limit.ts';
export { decodeRgb16Png, encodeRgb16Png, isRgb16Png } from './png16.ts';
export { rotateImage } from './rotate.ts';
export { createTiledImage } from './tiled-image.ts';
export type { TiledImage, TiledImageOptions } from './tiled-image.ts';
