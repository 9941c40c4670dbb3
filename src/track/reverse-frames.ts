import type { Image } from '../core/index.ts';
import { imageOfFrame } from '../flow/estimate/index.ts';

/** Frames that can be walked through more than once. */
export type RepeatableFrames =
  | readonly (Image | { readonly image: Image })[]
  | { frames(): AsyncIterable<Image | { readonly image: Image }> };

/** Bytes of decoded frames that are held at once. */
const MOST_BYTES = 256 * 2 ** 20;

/** The first `count` frames, the last of them first: a source is walked through once for each part that memory holds. */
export async function* reverseFrames(frames: RepeatableFrames, count: number): AsyncGenerator<Image> {
  for (let end = count; end > 0;) {
    const part = await lastBefore(frames, end);
    end -= part.length;
    yield* part.reverse();
  }
}

/** As many frames before `end` as memory holds, in their order. */
async function lastBefore(frames: RepeatableFrames, end: number): Promise<Image[]> {
  const part: Image[] = [];
  let index = 0;
  for await (const given of 'frames' in frames ? frames.frames() : frames) {
    if (index === end) break;
    const image = imageOfFrame(given, index++);
    part.push(image);
    if (part.length > Math.max(2, Math.floor(MOST_BYTES / image.data.length))) part.shift();
  }
  return part;
}
