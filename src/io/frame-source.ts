import { extname } from 'node:path';
import { checkInteger, FileError } from '../core/errors.ts';
import type { Image } from '../core/types.ts';
import { inspectPath } from './atomic-write.ts';
import { openAnimation } from './animation-frames.ts';
import { hasPattern, listFolder, listPattern, openImages } from './image-frames.ts';
import { IMAGE_EXTENSIONS } from './images.ts';
import { DEFAULT_MAX_PIXELS } from './pixel-limit.ts';
import { toPath } from './path.ts';
import { openVideo } from './video-frames.ts';

/** One picture of a sequence. */
export interface Frame {
  /** Position in the source, from 0, before `every` leaves any out. */
  readonly index: number;
  /** File name of a picture without its extension; for other sources the index in six digits. */
  readonly name: string;
  readonly image: Image;
}

/** Where frames come from: a video file, an animated GIF or WebP, or picture files. */
export type FrameSourceKind = 'video' | 'gif' | 'images';

/** A sequence of frames of one size, decoded one after the other as they are asked for. */
export interface FrameSource {
  readonly kind: FrameSourceKind;
  /** Width of the frames given, that is after `maxSize`, in pixels. */
  readonly width: number;
  /** Height of the frames given, that is after `maxSize`, in pixels. */
  readonly height: number;
  /** Frames a second of those given, that is after `every`; 25 for picture files, which have none. */
  readonly frameRate: number;
  /** How many frames `frames()` gives, null where only decoding would tell. Of a video it is what the file claims. */
  readonly frameCount: number | null;
  /** Of picture files: the `name` of each frame, in order. Two are the same where only extensions differ. */
  readonly names?: readonly string[];
  /**
   * The frames from the first on; each call starts over. Nothing is decoded ahead of what is asked for beyond
   * what the codec needs, so memory does not depend on the length.
   *
   * @throws FileError at the frame in question: one that cannot be decoded, one of another size, or, after the
   * last whole frame, a video that ends before its time.
   */
  frames(): AsyncIterable<Frame>;
  /** Gives up the source: `frames()` that are under way end at their next frame. */
  dispose(): void;
}

/** Options of {@link openFrames}. */
export interface OpenFramesOptions {
  /** Give every `every`-th frame alone, from the first on; 1 unless told. */
  readonly every?: number;
  /** Make frames smaller whose longer side exceeds this many pixels. */
  readonly maxSize?: number;
  /** Largest frame that is decoded, in pixels and before `maxSize`; 200 million unless told. */
  readonly maxPixels?: number;
}

/** {@link OpenFramesOptions}, checked and with its defaults. */
export interface CheckedFramesOptions {
  readonly every: number;
  readonly maxSize: number | undefined;
  readonly maxPixels: number;
}

/** Formats whose one file can hold many pictures. */
const ANIMATED = new Set(['.gif', '.webp']);

/**
 * Opens a sequence of frames: a video file, an animated GIF or WebP, a folder of pictures in the natural order of
 * their names (2 before 10), a numbered pattern such as `frames/%04d.png`, a pattern such as `frames/left*.png`,
 * or a single picture.
 *
 * @throws FileError where there is nothing, nothing that can be decoded, or not one frame.
 */
export async function openFrames(input: string | URL, options: OpenFramesOptions = {}): Promise<FrameSource> {
  const source = toPath(input, 'source');
  const every = checkInteger(options.every ?? 1, 'every', 1);
  const maxSize = options.maxSize === undefined ? undefined : checkInteger(options.maxSize, 'maxSize', 1);
  const maxPixels = checkInteger(options.maxPixels ?? DEFAULT_MAX_PIXELS, 'maxPixels', 1);
  const checked: CheckedFramesOptions = { every, maxSize, maxPixels };
  const found = await inspectPath(source);
  if (found === 'folder') return openImages(await listFolder(source), checked);
  if (found === 'nothing') {
    if (hasPattern(source)) return openImages(await listPattern(source), checked);
    throw new FileError(`Expected a video, a GIF or a folder of pictures at ${source} but there is nothing`);
  }
  if (found === 'other')
    throw new FileError(
      `Expected a video, a GIF or a folder of pictures but ${source} is a device or a pipe`,
    );
  const extension = extname(source).toLowerCase();
  if (ANIMATED.has(extension)) return openAnimation(source, checked);
  if (IMAGE_EXTENSIONS.includes(extension)) return openImages([source], checked);
  return openVideo(source, checked);
}
