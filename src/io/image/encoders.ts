import type { Sharp } from 'sharp';

/** How each extension is written: lossless where the format can, at high quality where it cannot. */
export const ENCODERS: Readonly<Record<string, (source: Sharp) => Sharp>> = {
  '.png': (source) => source.png(),
  '.jpg': (source) => source.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }),
  '.jpeg': (source) => source.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }),
  '.webp': (source) => source.webp({ lossless: true }),
  '.tif': (source) => source.tiff({ compression: 'deflate' }),
  '.tiff': (source) => source.tiff({ compression: 'deflate' }),
};
