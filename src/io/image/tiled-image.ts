import { open, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Sharp } from 'sharp';
import sharp from 'sharp';
import { FileError, checkOptions } from '../../core/index.ts';
import type { OptionNames } from '../../core/index.ts';
import type { WriteOptions } from '../disk/index.ts';
import { WRITE_OPTIONS, asFileError, checkWritable, publish, temporaryName, toPath } from '../disk/index.ts';
import { ENCODERS } from './encoders.ts';

/** An image that is written part by part and need never be whole in memory. */
export interface TiledImage {
  /**
   * Takes rows of 8-bit RGB for a rectangle; parts may come in any order. `covered` has a 0 for each pixel that is transparent
   * where the image has `alpha`; defaults to none.
   */
  write(
    area: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
    data: Uint8Array,
    covered?: Uint8Array,
  ): Promise<void>;
  /** Encodes the image and gives the file its name. */
  close(): Promise<void>;
  /** Leaves nothing behind. */
  abort(): Promise<void>;
}

/** Options of {@link createTiledImage}. */
export interface TiledImageOptions extends WriteOptions {
  /** Whether pixels may be transparent: PNG, WebP and TIFF alone; defaults to false. */
  readonly alpha?: boolean;
  /** An XMP packet that is kept with the image, such as `sphereXmp` makes. */
  readonly xmp?: string;
}

const OPTIONS: OptionNames<TiledImageOptions> = { ...WRITE_OPTIONS, alpha: true, xmp: true };

/** The longest side that a format can hold, in pixels. */
const LONGEST: Readonly<Record<string, number>> = { '.jpg': 65500, '.jpeg': 65500, '.webp': 16383 };
/** Uncompressed TIFF counts its bytes with 32 bits. */
const MOST_BYTES = 2 ** 32 - 2 ** 20;
const HEADER = 8;
const ROWS_A_STRIP = 16;

/**
 * Opens an image of `width` x `height` for writing, the format by extension as in `writeImage`. Parts go to a hidden
 * uncompressed TIFF beside `path`, which libvips then encodes row by row.
 *
 * @throws {FileError} where the format cannot hold the size or transparency, the extension is another, or the file exists
 * and `overwrite` is not set
 * @example
 * import { stitch } from 'whither';
 * import { createTiledImage } from 'whither/stitch';
 *
 * await stitch([imageA, imageB], {
 *   background: 'transparent',
 *   openSink: (index, width, height) => createTiledImage(`pano-${index}.png`, width, height, { alpha: true }),
 * });
 */
export async function createTiledImage(
  target: string | URL,
  width: number,
  height: number,
  options: TiledImageOptions = {},
): Promise<TiledImage> {
  checkOptions(options, OPTIONS, 'createTiledImage');
  const path = toPath(target);
  const raster: Raster = { width, height, channels: options.alpha ? 4 : 3 };
  checkFormat(path, raster);
  await checkWritable(path, options);
  const scratch = await temporaryName(`${path}.tif`);
  const file = await asFileError(`to write beside ${path}`, open(scratch, 'wx'));
  const finish = async (work: Promise<void>): Promise<void> => {
    try {
      await work;
    } finally {
      await rm(scratch, { force: true });
    }
  };
  return {
    async write(area, data, covered) {
      const { channels } = raster;
      const pixels = channels === 4 ? withAlpha(data, covered) : data;
      const row = area.width * channels;
      // Rows as wide as the image lie one after the other in the file.
      const rows = area.width === width ? area.height : 1;
      for (let y = 0; y < area.height; y += rows) {
        const at = HEADER + ((area.y + y) * width + area.x) * channels;
        await asFileError(`to write to ${scratch}`, file.write(pixels, y * row, rows * row, at));
      }
    },
    close: () => finish(encode(file, scratch, path, raster, options)),
    abort: () => finish(file.close()),
  };
}

/** The pixels of a file, without compression. */
interface Raster {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
}

/** RGB and what is covered as RGBA. */
function withAlpha(rgb: Uint8Array, covered?: Uint8Array): Uint8Array {
  const out = new Uint8Array((rgb.length / 3) * 4);
  for (let from = 0, to = 0, k = 0; from < rgb.length; from += 3, to += 4, k++) {
    out[to] = rgb[from];
    out[to + 1] = rgb[from + 1];
    out[to + 2] = rgb[from + 2];
    out[to + 3] = covered?.[k] === 0 ? 0 : 255;
  }
  return out;
}

function checkFormat(path: string, { width, height, channels }: Raster): void {
  const extension = extname(path).toLowerCase();
  if (!(extension in ENCODERS))
    throw new FileError(
      `Expected an image name that ends in ${Object.keys(ENCODERS).join(', ')} but received ${path}`,
    );
  if (channels === 4 && extension.startsWith('.jp'))
    throw new FileError(
      `Expected .png, .webp or .tif for transparency but received ${path}: a JPEG has none`,
    );
  if (Math.max(width, height) > (LONGEST[extension] ?? Infinity))
    throw new FileError(
      `Expected at most ${LONGEST[extension]} pixels a side for ${extension} but the image is ` +
        `${width} x ${height}: write a .tif or .png instead`,
    );
  if (width * height * channels > MOST_BYTES)
    throw new FileError(`Expected at most ${MOST_BYTES} bytes of pixels but ${width} x ${height} are more`);
}

async function encode(
  file: FileHandle,
  scratch: string,
  path: string,
  raster: Raster,
  { xmp, ...options }: TiledImageOptions,
): Promise<void> {
  try {
    await asFileError(`to write to ${scratch}`, writeTiffFrame(file, raster));
  } finally {
    await file.close();
  }
  const temporary = await temporaryName(path);
  const source = sharp(scratch, { limitInputPixels: false, sequentialRead: true });
  const described = xmp ? source.withXmp(xmp) : source;
  try {
    await asFileError(`to encode ${path}`, encoderOf(path)(described).toFile(temporary));
    await asFileError(`to find ${temporary}`, stat(temporary));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await publish(temporary, path, { overwrite: options.overwrite });
}

/** As any image, but a JPEG without tables of its own, for which libjpeg would hold the whole image. */
function encoderOf(path: string): (source: Sharp) => Sharp {
  const extension = extname(path).toLowerCase();
  if (!extension.startsWith('.jp')) return ENCODERS[extension];
  return (source) => source.jpeg({ quality: 95, chromaSubsampling: '4:4:4', optimizeCoding: false });
}

/** The header before the pixels and the directory behind them (TIFF 6.0, section 6). */
async function writeTiffFrame(file: FileHandle, { width, height, channels }: Raster): Promise<void> {
  const strips = Math.ceil(height / ROWS_A_STRIP);
  const end = HEADER + width * height * channels;
  const tables = end + (end & 1);
  const [offsets, counts] = [tables, tables + strips * 4];
  const bits = counts + strips * 4;
  const directory = bits + 2 * channels + (channels & 1) * 2;
  const entries: [tag: number, type: 3 | 4, count: number, value: number][] = [
    [256, 4, 1, width],
    [257, 4, 1, height],
    [258, 3, channels, bits],
    [259, 3, 1, 1],
    [262, 3, 1, 2],
    [273, 4, strips, strips === 1 ? HEADER : offsets],
    [277, 3, 1, channels],
    [278, 4, 1, ROWS_A_STRIP],
    [279, 4, strips, strips === 1 ? end - HEADER : counts],
    [284, 3, 1, 1],
  ];
  // The fourth channel is transparency that colours are not multiplied by.
  if (channels === 4) entries.push([338, 3, 1, 2]);
  const tail = Buffer.alloc(directory + 2 + entries.length * 12 + 4 - tables);
  for (let i = 0; i < strips; i++) {
    const rows = Math.min(ROWS_A_STRIP, height - i * ROWS_A_STRIP);
    tail.writeUInt32LE(HEADER + i * ROWS_A_STRIP * width * channels, i * 4);
    tail.writeUInt32LE(rows * width * channels, counts - tables + i * 4);
  }
  for (let i = 0; i < channels; i++) tail.writeUInt16LE(8, bits - tables + i * 2);
  tail.writeUInt16LE(entries.length, directory - tables);
  entries.forEach(([tag, type, count, value], i) => {
    const at = directory - tables + 2 + i * 12;
    tail.writeUInt16LE(tag, at);
    tail.writeUInt16LE(type, at + 2);
    tail.writeUInt32LE(count, at + 4);
    if (type === 3 && count === 1) tail.writeUInt16LE(value, at + 8);
    else tail.writeUInt32LE(value, at + 8);
  });
  await file.write(tail, 0, tail.length, tables);
  const head = Buffer.alloc(HEADER);
  head.write('II*\0', 0, 'latin1');
  head.writeUInt32LE(directory, 4);
  await file.write(head, 0, HEADER, 0);
}
