import type { OptionNames } from '../../core/index.ts';
import { extname } from 'node:path';
import { FileError, checkInteger, checkOptions } from '../../core/index.ts';
import { inspectPath, toPath } from '../disk/index.ts';
import { openAnimation } from './animation-frames.ts';
import { hasPattern, listFrames, listPattern, openImages } from './image-frames.ts';
import { DEFAULT_MAX_PIXELS, IMAGE_EXTENSIONS } from '../image/index.ts';
import { openVideo } from './video-frames.ts';
import type { CheckedFramesOptions, FrameSource, OpenFramesOptions } from './types.ts';

const OPTIONS: OptionNames<OpenFramesOptions> = {
  every: true,
  maxSize: true,
  maxPixels: true,
  onWarning: true,
};

/** Formats whose one file can hold many images. */
const ANIMATED = new Set(['.gif', '.webp']);

/**
 * Opens a sequence of frames: a video file, an animated GIF or WebP, a folder of images in the natural order of
 * their names (2 before 10), a numbered pattern such as `frames/%04d.png`, a pattern such as `frames/left*.png`,
 * or a single image.
 *
 * @throws FileError where there is nothing, nothing that can be decoded, or not one frame.
 * @example
 * import { openFrames } from 'whither';
 *
 * const source = await openFrames('clip.mp4', { every: 5, maxSize: 640 });
 * for await (const { index, image } of source.frames()) console.log(index, image.width);
 * source.dispose();
 */
export async function openFrames(input: string | URL, options: OpenFramesOptions = {}): Promise<FrameSource> {
  checkOptions(options, OPTIONS, 'openFrames');
  const source = toPath(input, 'source');
  const every = checkInteger(options.every ?? 1, 'every', 1);
  const maxSize = options.maxSize === undefined ? undefined : checkInteger(options.maxSize, 'maxSize', 1);
  const maxPixels = checkInteger(options.maxPixels ?? DEFAULT_MAX_PIXELS, 'maxPixels', 1);
  const { onWarning } = options;
  const checked: CheckedFramesOptions = { every, maxSize, maxPixels, onWarning };
  const found = await inspectPath(source);
  if (found === 'folder') return openImages(await listFrames(source), checked);
  if (found === 'nothing') {
    if (hasPattern(source)) return openImages(await listPattern(source), checked);
    throw new FileError(`Expected a video, a GIF or a folder of images at ${source} but there is nothing`);
  }
  if (found === 'other')
    throw new FileError(`Expected a video, a GIF or a folder of images but ${source} is a device or a pipe`);
  const extension = extname(source).toLowerCase();
  if (ANIMATED.has(extension)) return openAnimation(source, checked);
  if (IMAGE_EXTENSIONS.includes(extension)) return openImages([source], checked);
  return openVideo(source, checked);
}
