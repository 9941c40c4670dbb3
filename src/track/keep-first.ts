import type { Image } from '../core/index.ts';
import { imageOfFrame, walkFrames } from '../flow/estimate/index.ts';
import type { SequenceFrames } from '../flow/estimate/index.ts';

/** Passes frames on and remembers the first. */
export async function* keepFirst(frames: SequenceFrames, kept: { image?: Image }): AsyncGenerator<Image> {
  let index = 0;
  for await (const frame of walkFrames(frames)) {
    const image = imageOfFrame(frame, index++);
    kept.image ??= image;
    yield image;
  }
}
