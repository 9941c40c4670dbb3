/// <reference lib="dom" />
import { FileError, describe, expected, oneLine } from '../core/index.ts';
import type { Image } from '../core/index.ts';

/** What holds an image in a browser: decoded, on a canvas, a frame of a video, or a file. */
export type WebImage =
  | ImageBitmap
  | ImageData
  | HTMLImageElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLVideoElement
  | VideoFrame
  | Blob;

/** Options of `imageFrom`. */
export interface ImageFromOptions {
  /** @default 100_000_000 */
  readonly maxPixels?: number;
}

/**
 * The pixels of what a browser shows. Files are decoded by the browser and turned as their EXIF says; what is transparent
 * is laid on black.
 *
 * @throws {FileError} where the browser cannot decode a file, or there are more pixels than `maxPixels`
 * @example
 * import { imageFrom } from 'whither/web';
 *
 * const frame = await imageFrom(document.querySelector('video')!);
 */
export async function imageFrom(
  source: WebImage,
  { maxPixels = 100e6 }: ImageFromOptions = {},
): Promise<Image> {
  if (source instanceof Blob) {
    const bitmap = await decodeFile(source);
    return imageFrom(bitmap, { maxPixels }).finally(() => bitmap.close());
  }
  const { width, height } = sizeOf(source);
  if (!width || !height)
    throw new FileError(`Expected a loaded image but received ${describe(source)} without pixels`);
  if (width * height > maxPixels)
    throw new FileError(
      `Expected at most ${maxPixels / 1e6} megapixels but received ${width} x ${height}: shrink the image first`,
    );
  return { width, height, data: dropAlpha(pixelsOf(source, width, height)) };
}

async function decodeFile(file: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(file);
  } catch (cause) {
    const name = file instanceof File ? file.name : 'a file';
    const type = file.type || 'of no known type';
    throw new FileError(
      `Expected an image that this browser decodes but received ${name} (${type}): ${oneLine(cause)}`,
      { cause },
    );
  }
}

type Decoded = Exclude<WebImage, Blob>;

function sizeOf(source: Decoded): { width: number; height: number } {
  if ('videoWidth' in source) return { width: source.videoWidth, height: source.videoHeight };
  if ('naturalWidth' in source) return { width: source.naturalWidth, height: source.naturalHeight };
  if ('displayWidth' in source) return { width: source.displayWidth, height: source.displayHeight };
  if (typeof source?.width === 'number') return source;
  throw expected('an image, a canvas, a video or a file', 'source', source);
}

function pixelsOf(source: Decoded, width: number, height: number): Uint8ClampedArray {
  if (source instanceof ImageData) return source.data;
  const context = new OffscreenCanvas(width, height).getContext('2d', {
    alpha: false,
    willReadFrequently: true,
  })!;
  context.drawImage(source, 0, 0, width, height);
  return context.getImageData(0, 0, width, height).data;
}

function dropAlpha(rgba: Uint8ClampedArray): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let i = 0, o = 0; o < rgb.length; i += 4) {
    rgb[o++] = rgba[i];
    rgb[o++] = rgba[i + 1];
    rgb[o++] = rgba[i + 2];
  }
  return rgb;
}

/**
 * An image for a canvas, opaque.
 *
 * @example
 * import { imageDataOf } from 'whither/web';
 *
 * canvas.getContext('2d')!.putImageData(imageDataOf(image), 0, 0);
 */
export function imageDataOf({ width, height, data }: Image): ImageData {
  const out = new ImageData(width, height);
  for (let i = 0, o = 0; i < data.length; o += 4) {
    out.data[o] = data[i++];
    out.data[o + 1] = data[i++];
    out.data[o + 2] = data[i++];
    out.data[o + 3] = 255;
  }
  return out;
}
