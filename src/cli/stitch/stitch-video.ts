import { basename } from 'node:path';
import { WhitherError } from '../../core/index.ts';
import type { Image } from '../../core/index.ts';
import { openFrames } from '../../io/index.ts';
import { pickFrames } from '../../stitch/register/index.ts';
import type { VideoFrame } from '../../stitch/register/index.ts';
import { shrinkImage } from '../../stitch/sources/index.ts';
import type { ImageSource, Transforms } from '../../stitch/index.ts';
import type { InterruptGuard, Warnings } from '../shared/index.ts';
import { startProgress } from '../shared/index.ts';

/** Frames a second that are looked at; a camera that turns fast still overlaps itself in a sixth of a second. */
const LOOKS = 6;

/** How a video is looked through. */
export interface VideoSetting {
  readonly transforms?: Transforms;
  readonly guard: InterruptGuard;
  readonly warnings: Warnings;
}

/**
 * The frames of a video, GIF or folder of frames that a panorama needs, named `clip.mp4#12`; with transforms those
 * that these name.
 */
export async function openVideoSources(
  path: string,
  { transforms, guard, warnings }: VideoSetting,
): Promise<ImageSource[]> {
  const source = await openFrames(path, { onWarning: warnings.tell });
  try {
    if (source.kind === 'images' && source.frameCount === 1)
      throw new WhitherError('Expected two or more images, or a video, to stitch but received one image');
    const every = source.kind === 'images' ? 1 : Math.max(1, Math.round(source.frameRate / LOOKS));
    const frames = watch(source.frames(), source.frameCount, guard);
    const picked = transforms ? await namedFrames(frames, transforms) : await pickFrames(frames, { every });
    if (picked.length < 2)
      throw new WhitherError(
        `Expected two or more frames of ${path} that show different things but found ${picked.length}: give ` +
          'two or more images, or a video of a camera that moves',
      );
    if (!transforms)
      process.stderr.write(`${path}: ${picked.length} of its frames are taken; name files to take all\n`);
    return picked.map((frame) => toSource(path, frame));
  } finally {
    source.dispose();
  }
}

async function* watch(
  frames: AsyncIterable<VideoFrame>,
  count: number | null,
  guard: InterruptGuard,
): AsyncGenerator<VideoFrame> {
  const bar = startProgress('picking frames', count ?? 0);
  try {
    for await (const frame of frames) {
      guard.check();
      bar.step();
      yield frame;
    }
  } finally {
    bar.stop();
  }
}

/** The frames that an earlier run picked, by their numbers. */
async function namedFrames(frames: AsyncIterable<VideoFrame>, { images }: Transforms): Promise<VideoFrame[]> {
  const wanted = images.map(({ file }) => Number(/#(\d+)$/.exec(file)?.[1] ?? NaN));
  if (wanted.some(Number.isNaN))
    throw new WhitherError(
      'Expected transforms of a video for a video but they name images: give transforms that were saved from a video',
    );
  const found = new Map<number, VideoFrame>();
  for await (const frame of frames) if (wanted.includes(frame.index)) found.set(frame.index, frame);
  return wanted.map((index) => {
    const frame = found.get(index);
    if (!frame)
      throw new WhitherError(
        `Expected a video with a frame ${index}, as the transforms name it, but it is shorter`,
      );
    return frame;
  });
}

const toSource = (path: string, { index, image }: VideoFrame): ImageSource => ({
  name: `${basename(path)}#${index}`,
  width: image.width,
  height: image.height,
  load: (maxPixels = Infinity): Promise<Image> => Promise.resolve(shrinkImage(image, maxPixels)),
});
