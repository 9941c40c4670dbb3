import type { Image } from '../core/index.ts';
import type { SequenceFrames } from '../flow/estimate/index.ts';

/** Passes frames on and remembers the first. */
export async function* keepFirst(frames: SequenceFrames, kept: { image?: Image }): AsyncGenerator<Image> {
  const walk = typeof frames === 'object' && frames !== null && 'frames' in frames ? frames.frames() : frames;
  for await (const frame of walk) {
    const image = 'image' in frame ? frame.image : frame;
    kept.image ??= image;
    yield image;
  }
}
