import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { FileError } from '../../core/index.ts';
import { asFileError, inspectPath, namePattern } from '../disk/index.ts';
import type { CheckedFramesOptions, Frame, FrameSource } from './types.ts';
import {
  findSampleRanges,
  fitWithin,
  IMAGE_EXTENSIONS,
  readImageInfo,
  readImageWithin,
} from '../image/index.ts';
import type { SampleRanges } from '../image/index.ts';

/** Image files have no frame rate of their own; this is the one FFmpeg takes for them too. */
const FRAME_RATE = 25;

const NATURAL_ORDER = new Intl.Collator('en', { numeric: true });

/** Visible image files among `names`, in the natural order of their names. */
function sortImages(folder: string, names: readonly string[]): string[] {
  return names
    .filter((name) => !name.startsWith('.') && IMAGE_EXTENSIONS.includes(extname(name).toLowerCase()))
    .sort((a, b) => NATURAL_ORDER.compare(a, b) || (a < b ? -1 : 1))
    .map((name) => join(folder, name));
}

/** The images in `folder`. */
export async function listFrames(folder: string): Promise<string[]> {
  const paths = sortImages(folder, await asFileError(`to list ${folder}`, readdir(folder)));
  if (paths.length === 0)
    throw new FileError(`Expected images (${IMAGE_EXTENSIONS.join(', ')}) in ${folder} but there are none`);
  return paths;
}

/** Whether the file name in `path` has a number field such as %04d, or * or ?. */
export function hasPattern(path: string): boolean {
  return /%0?\d*d|[*?]/.test(basename(path));
}

/** The images whose names fit the pattern in the last part of `path`. */
export async function listPattern(path: string): Promise<string[]> {
  const folder = dirname(path);
  if ((await inspectPath(folder)) !== 'folder')
    throw new FileError(`Expected a folder ${folder} for the pattern ${path} but there is none`);
  const fits = namePattern(basename(path));
  const names = (await asFileError(`to list ${folder}`, readdir(folder))).filter(fits);
  const paths = sortImages(folder, names);
  if (paths.length === 0)
    throw new FileError(`Expected images that fit the pattern ${path} but there are none`);
  return paths;
}

const nameOf = (path: string): string => basename(path, extname(path));

/** Frames from image files; the first one's size is the size of all. */
export async function openImages(
  paths: readonly string[],
  { every, maxSize, maxPixels, onWarning }: CheckedFramesOptions,
): Promise<FrameSource> {
  const used = paths.map((path, index) => ({ path, index })).filter(({ index }) => index % every === 0);
  const first = used[0].path;
  const full = await readImageInfo(first, { maxPixels });
  let disposed = false;
  let ranges: Promise<SampleRanges> | undefined;
  async function* frames(): AsyncGenerator<Frame> {
    if (full.deep)
      ranges ??= findSampleRanges(
        used.map(({ path }) => path),
        { maxPixels },
      );
    const reading = { maxPixels, onWarning, sampleRanges: await ranges };
    for (const { path, index } of used) {
      if (disposed) return;
      const { image, fullWidth, fullHeight, opaque } = await readImageWithin(path, maxSize, reading);
      if (fullWidth !== full.width || fullHeight !== full.height)
        throw new FileError(
          `Expected frames of one size but ${first} is ${full.width} x ${full.height} and ` +
            `${path} is ${fullWidth} x ${fullHeight}`,
        );
      yield { index, name: nameOf(path), image, opaque };
    }
  }
  return {
    kind: 'images',
    ...fitWithin(full.width, full.height, maxSize),
    frameRate: FRAME_RATE / every,
    frameCount: used.length,
    names: used.map(({ path }) => nameOf(path)),
    frames,
    dispose() {
      disposed = true;
    },
  };
}
