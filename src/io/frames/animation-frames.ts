import sharp from 'sharp';
import { FileError } from '../../core/index.ts';
import type { CheckedFramesOptions, Frame, FrameSource } from './types.ts';
import { countWholeImages } from './gif/index.ts';
import {
  checkClaimedSize,
  checkFormat,
  decoding,
  fitWithin,
  opaqueOfAlpha,
  fitImage,
} from '../image/index.ts';
import { readBytes } from '../disk/index.ts';

/** Images decoded together; every group is decoded from the start of the file again, so not too few. */
const GROUP = 32;
/** Nor so many pixels that memory would suffer. */
const GROUP_PIXELS = 16e6;
/** What viewers make of a delay that is too short to be meant, in milliseconds. */
const DEFAULT_DELAY = 100;

/** Frames a second from the delays of an animation, in milliseconds. */
function frameRateOf(delays: readonly number[] | undefined): number {
  if (!delays?.length) return 1000 / DEFAULT_DELAY;
  const meant = delays.map((delay) => (delay > 10 ? delay : DEFAULT_DELAY));
  return (1000 * meant.length) / meant.reduce((sum, delay) => sum + delay, 0);
}

/** Red, green and blue of pixels with alpha, laid on black, and their alpha. */
function layOnBlack(rgba: Uint8Array): { data: Uint8Array; alpha: Uint8Array } {
  const alpha = new Uint8Array(rgba.length / 4);
  const data = new Uint8Array(alpha.length * 3);
  for (let i = 0; i < alpha.length; i++) {
    alpha[i] = rgba[4 * i + 3];
    for (let c = 0; c < 3; c++) data[3 * i + c] = Math.round((rgba[4 * i + c] * alpha[i]) / 255);
  }
  return { data, alpha };
}

/**
 * Frames of an animated GIF or WebP, as sharp composes them; transparency is laid on black. The frame rate is
 * the mean of an animation whose delays differ.
 */
export async function openAnimation(
  path: string,
  { every, maxSize, maxPixels }: CheckedFramesOptions,
): Promise<FrameSource> {
  const bytes = await readBytes(path, 'an animated image');
  const place = `at ${path}`;
  checkFormat(place, bytes);
  const open = (page: number, pages: number) =>
    sharp(bytes, { page, pages, limitInputPixels: false, failOn: 'error' });
  const metadata = await decoding(place, open(0, -1).metadata());
  const { width, pages = 1, delay } = metadata;
  const height = metadata.pageHeight ?? metadata.height;
  checkClaimedSize(place, width, height, maxPixels);
  const group = Math.max(1, Math.min(GROUP, Math.floor(GROUP_PIXELS / (width * height))));
  const { whole, complete } = countWholeImages(bytes, pages);
  let disposed = false;

  async function* frames(): AsyncGenerator<Frame> {
    for (let start = 0; start < whole; start += group) {
      const count = Math.min(group, whole - start);
      if (disposed) return;
      const strip = await decoding(
        place,
        open(start, count).toColourspace('srgb').ensureAlpha().raw({ depth: 'uchar' }).toBuffer(),
      );
      const length = width * height * 4;
      for (let i = 0; i < count; i++) {
        const index = start + i;
        if (index % every !== 0) continue;
        if (disposed) return;
        const { data, alpha } = layOnBlack(strip.subarray(i * length, (i + 1) * length));
        const image = await fitImage({ width, height, data }, maxSize);
        const opaque = opaqueOfAlpha(alpha, width, height);
        yield { index, name: String(index).padStart(6, '0'), image, opaque };
      }
    }
    if (!complete)
      throw new FileError(
        `Expected more frames in ${path} but it ends after ${whole}: the file is cut short`,
      );
  }
  return {
    kind: 'gif',
    ...fitWithin(width, height, maxSize),
    frameRate: frameRateOf(delay) / every,
    frameCount: Math.ceil(pages / every),
    frames,
    dispose() {
      disposed = true;
    },
  };
}
