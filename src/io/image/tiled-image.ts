import { open, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Sharp } from 'sharp';
import sharp from 'sharp';
import { FileError } from '../../core/index.ts';
import type { WriteOptions } from '../disk/index.ts';
import { asFileError, checkWritable, publish, temporaryName, toPath } from '../disk/index.ts';
import { ENCODERS } from './encoders.ts';

/** An image that is written part by part and need never be whole in memory. */
export interface TiledImage {
  /** Takes rows of 8-bit RGB for a rectangle; parts may come in any order. */
  write(
    area: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
    data: Uint8Array,
  ): Promise<void>;
  /** Encodes the image and gives the file its name. */
  close(): Promise<void>;
  /** Leaves nothing behind. */
  abort(): Promise<void>;
}

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
 * @throws {FileError} where the format cannot hold the size, the extension is another, or the file exists and
 * `overwrite` is not set
 */
export async function createTiledImage(
  target: string | URL,
  width: number,
  height: number,
  options: WriteOptions = {},
): Promise<TiledImage> {
  const path = toPath(target);
  checkFormat(path, width, height);
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
    async write(area, data) {
      const row = area.width * 3;
      // Rows as wide as the image lie one after the other in the file.
      const rows = area.width === width ? area.height : 1;
      for (let y = 0; y < area.height; y += rows) {
        const at = HEADER + ((area.y + y) * width + area.x) * 3;
        await asFileError(`to write to ${scratch}`, file.write(data, y * row, rows * row, at));
      }
    },
    close: () => finish(encode(file, scratch, path, width, height, options)),
    abort: () => finish(file.close()),
  };
}

function checkFormat(path: string, width: number, height: number): void {
  const extension = extname(path).toLowerCase();
  if (!(extension in ENCODERS))
    throw new FileError(
      `Expected an image name that ends in ${Object.keys(ENCODERS).join(', ')} but received ${path}`,
    );
  if (Math.max(width, height) > (LONGEST[extension] ?? Infinity))
    throw new FileError(
      `Expected at most ${LONGEST[extension]} pixels a side for ${extension} but the image is ` +
        `${width} x ${height}: write a .tif or .png instead`,
    );
  if (width * height * 3 > MOST_BYTES)
    throw new FileError(`Expected at most ${MOST_BYTES} bytes of pixels but ${width} x ${height} are more`);
}

async function encode(
  file: FileHandle,
  scratch: string,
  path: string,
  width: number,
  height: number,
  options: WriteOptions,
): Promise<void> {
  try {
    await asFileError(`to write to ${scratch}`, writeTiffFrame(file, width, height));
  } finally {
    await file.close();
  }
  const temporary = await temporaryName(path);
  const source = sharp(scratch, { limitInputPixels: false, sequentialRead: true });
  try {
    await asFileError(`to encode ${path}`, encoderOf(path)(source).toFile(temporary));
    await asFileError(`to find ${temporary}`, stat(temporary));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await publish(temporary, path, options);
}

/** As any image, but a JPEG without tables of its own, for which libjpeg would hold the whole image. */
function encoderOf(path: string): (source: Sharp) => Sharp {
  const extension = extname(path).toLowerCase();
  if (!extension.startsWith('.jp')) return ENCODERS[extension];
  return (source) => source.jpeg({ quality: 95, chromaSubsampling: '4:4:4', optimizeCoding: false });
}

/** The header before the pixels and the directory behind them (TIFF 6.0, section 6). */
async function writeTiffFrame(file: FileHandle, width: number, height: number): Promise<void> {
  const strips = Math.ceil(height / ROWS_A_STRIP);
  const end = HEADER + width * height * 3;
  const tables = end + (end & 1);
  const [offsets, counts] = [tables, tables + strips * 4];
  const bits = counts + strips * 4;
  const directory = bits + 8;
  const entries: [tag: number, type: 3 | 4, count: number, value: number][] = [
    [256, 4, 1, width],
    [257, 4, 1, height],
    [258, 3, 3, bits],
    [259, 3, 1, 1],
    [262, 3, 1, 2],
    [273, 4, strips, strips === 1 ? HEADER : offsets],
    [277, 3, 1, 3],
    [278, 4, 1, ROWS_A_STRIP],
    [279, 4, strips, strips === 1 ? end - HEADER : counts],
    [284, 3, 1, 1],
  ];
  const tail = Buffer.alloc(directory + 2 + entries.length * 12 + 4 - tables);
  for (let i = 0; i < strips; i++) {
    const rows = Math.min(ROWS_A_STRIP, height - i * ROWS_A_STRIP);
    tail.writeUInt32LE(HEADER + i * ROWS_A_STRIP * width * 3, i * 4);
    tail.writeUInt32LE(rows * width * 3, counts - tables + i * 4);
  }
  for (let i = 0; i < 3; i++) tail.writeUInt16LE(8, bits - tables + i * 2);
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
