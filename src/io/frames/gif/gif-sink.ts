import type { FileHandle } from 'node:fs/promises';
import { open, rm } from 'node:fs/promises';
import sharp from 'sharp';
import { FileError } from '../../../core/index.ts';
import type { Image } from '../../../core/index.ts';
import { asFileError, checkWritable, publish, temporaryName } from '../../disk/index.ts';
import type { FrameSink, FrameSinkOptions } from '../types.ts';
import { INTRODUCER, skipSubBlocks, tableLength } from './gif-blocks.ts';
import { checkFrame, makeQueue } from '../sink-tools.ts';

/**
 * An animated GIF, one image after the other. sharp writes an animation only from all of its images at once;
 * so each is encoded as a GIF of its own, with the palette that suits it best, and its blocks are strung together
 * here (GIF89a specification, sections 17 to 26). Memory does not grow with the length.
 */

const MAX_SIDE = 65535;
/** Viewers take a shorter delay, in hundredths of a second, for a mistake and play slowly. */
const MIN_DELAY = 2;
const DITHER = 0.6;
/** 5 takes twice as long for files 4 % smaller, 7 four times. */
const EFFORT = 3;

/** The palette and the compressed pixels of a GIF with one opaque image. */
function dissect(gif: Uint8Array): { palette: Uint8Array; sizeBits: number; pixels: Uint8Array } {
  const flags = gif[10];
  let at = 13 + tableLength(flags);
  while (gif[at] === INTRODUCER.extension) at = skipSubBlocks(gif, at + 2);
  const localFlags = gif[at + 9];
  const local = tableLength(localFlags) > 0;
  const start = at + 10 + tableLength(localFlags);
  const palette = local ? gif.subarray(at + 10, start) : gif.subarray(13, 13 + tableLength(flags));
  return {
    palette,
    sizeBits: (local ? localFlags : flags) & 7,
    pixels: gif.subarray(start, skipSubBlocks(gif, start + 1)),
  };
}

/** Signature, screen size and the extension that makes the animation play for ever. */
function fileHeader(width: number, height: number): Uint8Array {
  const bytes = Buffer.alloc(13 + 19);
  bytes.write('GIF89a', 'latin1');
  bytes.writeUInt16LE(width, 6);
  bytes.writeUInt16LE(height, 8);
  bytes.set([INTRODUCER.extension, 0xff, 11], 13);
  bytes.write('NETSCAPE2.0', 16, 'latin1');
  bytes.set([3, 1, 0, 0, 0], 27);
  return bytes;
}

/** The delay, in hundredths of a second, and the head of one image with a palette of its own. */
function frameHeader(width: number, height: number, delay: number, sizeBits: number): Uint8Array {
  const bytes = Buffer.alloc(8 + 10);
  bytes.set([INTRODUCER.extension, 0xf9, 4, 0x04]);
  bytes.writeUInt16LE(delay, 4);
  bytes[8] = INTRODUCER.image;
  bytes.writeUInt16LE(width, 13);
  bytes.writeUInt16LE(height, 15);
  bytes[17] = 0x80 | sizeBits;
  return bytes;
}

async function encodeFrame({ width, height, data }: Image, delay: number): Promise<Uint8Array> {
  const gif = await sharp(data, { raw: { width, height, channels: 3 } })
    .gif({ colours: 256, dither: DITHER, effort: EFFORT })
    .toBuffer();
  const { palette, sizeBits, pixels } = dissect(gif);
  return Buffer.concat([frameHeader(width, height, delay, sizeBits), palette, pixels]);
}

/** An animated GIF that plays for ever; delays are whole hundredths of a second, at least 2. */
export async function createGifSink(path: string, options: FrameSinkOptions): Promise<FrameSink> {
  const { width, height, frameRate } = options;
  if (width > MAX_SIDE || height > MAX_SIDE)
    throw new FileError(
      `Expected a GIF of at most ${MAX_SIDE} pixels a side at ${path} but received ${width} x ${height}`,
    );
  await checkWritable(path, options);
  const temporary = await temporaryName(path);
  const file: FileHandle = await asFileError(`to write ${path}`, open(temporary, 'wx'));
  const enqueue = makeQueue();
  let state: 'open' | 'closed' = 'open';
  let count = 0;
  let elapsed = 0;

  /** The delay that keeps the sum of all delays closest to the frame rate. */
  function nextDelay(): number {
    const delay = Math.max(MIN_DELAY, Math.round((100 * (count + 1)) / frameRate) - elapsed);
    elapsed += delay;
    return delay;
  }

  async function append(bytes: Uint8Array): Promise<void> {
    await asFileError(`to write ${bytes.length} bytes to ${path}`, file.writeFile(bytes));
  }

  async function discard(): Promise<void> {
    if (state === 'closed') return;
    state = 'closed';
    await file.close();
    await rm(temporary, { force: true });
  }

  async function finish(): Promise<void> {
    if (state === 'closed') return;
    try {
      if (count === 0) throw new FileError(`Expected at least one frame for ${path} but received none`);
      await append(Uint8Array.of(INTRODUCER.trailer));
    } catch (error) {
      await discard();
      throw error;
    }
    state = 'closed';
    await file.close();
    await publish(temporary, path, options);
  }

  return {
    existing: new Set(),
    write: (image) =>
      enqueue(async () => {
        if (state === 'closed') throw new FileError(`Expected ${path} to be open but it was closed`);
        checkFrame(image, options);
        if (count === 0) await append(fileHeader(width, height));
        await append(await encodeFrame(image, nextDelay()));
        count++;
      }),
    close: () => enqueue(finish),
    abort: () => enqueue(discard),
  };
}
