import type { OptionNames } from '../../core/index.ts';
import { extname } from 'node:path';
import { FileError, checkInteger, checkOptions, expected } from '../../core/index.ts';
import { createFolderSink } from './folder-sink.ts';
import { createGifSink } from './gif/index.ts';
import { inspectPath, toPath } from '../disk/index.ts';
import { createVideoSink, VIDEO_CONTAINERS } from './video-sink.ts';
import type { FrameSink, FrameSinkOptions } from './types.ts';

const OPTIONS: OptionNames<FrameSinkOptions> = {
  width: true,
  height: true,
  frameRate: true,
  variableRate: true,
  sound: true,
  overwrite: true,
  resume: true,
};

/**
 * Opens an output for frames, by what `target` is: `.mp4`, `.mov` or `.mkv` (H.264), `.webm` (VP9), `.gif`, or a
 * folder of PNG files (a folder that exists, a trailing slash or no extension). A file is written under a
 * temporary name beside its own and renamed by `close()`.
 *
 * Video is stored with halved colour resolution, which needs even sizes: an odd width or height is padded by
 * repeating the last column or row, so such a video is one pixel wider or higher than its frames.
 *
 * @throws FileError where the output exists and neither `overwrite` nor, for a folder, `resume` is set, where the
 * extension is unknown, where the container cannot hold the `sound`, or where video is asked for and FFmpeg's optional package is not installed.
 * @example
 * import { createFrameSink } from 'whither';
 *
 * const { width, height } = imageA;
 * const sink = await createFrameSink('out.mp4', { width, height, frameRate: 25 });
 * for (const image of [imageA, imageB]) await sink.write(image);
 * await sink.close();
 */
export async function createFrameSink(target: string | URL, options: FrameSinkOptions): Promise<FrameSink> {
  const path = toPath(target);
  checkOptions(options, OPTIONS, 'createFrameSink');
  checkInteger(options.width, 'width', 1);
  checkInteger(options.height, 'height', 1);
  if (!(options.frameRate > 0 && options.frameRate < Infinity))
    throw expected('a positive number', 'frameRate', options.frameRate);
  const extension = extname(path).toLowerCase();
  if (/[\\/]$/.test(path) || extension === '' || (await inspectPath(path)) === 'folder')
    return createFolderSink(path, options);
  if (extension === '.gif') return createGifSink(path, options);
  if (extension in VIDEO_CONTAINERS) return createVideoSink(path, options);
  const known = [...Object.keys(VIDEO_CONTAINERS), '.gif'].join(', ');
  throw new FileError(`Expected an output that ends in ${known} or / for a folder but received ${path}`);
}
