import type { Image, Mask } from '../core/types.ts';
import type { WriteOptions } from './atomic-write.ts';

export interface ReadImageOptions {
  /** Largest picture that is decoded, in pixels; 200 million unless told. */
  readonly maxPixels?: number;
}

export async function readImage(path: string, options: ReadImageOptions = {}): Promise<Image> {
  throw new Error(`not yet: ${path} ${options.maxPixels}`);
}

export async function writeImage(path: string, image: Image, options: WriteOptions = {}): Promise<void> {
  throw new Error(`not yet: ${path} ${image.width} ${options.overwrite}`);
}

export async function readMask(path: string, options: ReadImageOptions = {}): Promise<Mask> {
  throw new Error(`not yet: ${path} ${options.maxPixels}`);
}

export async function writeMask(path: string, mask: Mask, options: WriteOptions = {}): Promise<void> {
  throw new Error(`not yet: ${path} ${mask.width} ${options.overwrite}`);
}
