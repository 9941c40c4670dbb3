import { describe, expect, test } from 'vitest';
import { pickFrames } from '../../src/stitch/register/pick-frames.ts';
import type { VideoFrame } from '../../src/stitch/register/pick-frames.ts';
import { cutFrame, drawScene } from './views.ts';

const PHOTO = drawScene(900, 200, 4, 1800);

async function* frames(lefts: readonly number[]): AsyncGenerator<VideoFrame> {
  for (const [index, left] of lefts.entries()) yield { index, image: cutFrame(PHOTO, left, 10, 220, 180) };
}

const indices = (picked: readonly VideoFrame[]): number[] => picked.map(({ index }) => index);

describe('picking frames', { timeout: 60_000 }, () => {
  test('takes the first, then one whenever less than the share asked for is left, and the end', async () => {
    const steady = Array.from({ length: 30 }, (_, i) => 10 * i);
    const picked = indices(await pickFrames(frames(steady), { overlap: 0.6 }));
    // 0.4 of 220 pixels are 88.
    expect(picked).toEqual([0, 9, 18, 27, 29]);
    expect(indices(await pickFrames(frames(steady), { overlap: 0.6, every: 5 }))).toEqual([0, 10, 20, 25]);
  });

  test('a camera that stands still gives one frame', async () => {
    expect(indices(await pickFrames(frames([5, 5, 5, 6])))).toEqual([0]);
  });

  test('takes the frame before as a bridge where the next has nothing to do with the last picked', async () => {
    expect(indices(await pickFrames(frames([0, 40, 80, 400])))).toEqual([0, 2, 3]);
  });

  test('says what it takes', async () => {
    await expect(pickFrames(frames([0]), { overlap: 2 })).rejects.toThrow('above 0 and below 1 for overlap');
    await expect(pickFrames(frames([0]), { every: 0 })).rejects.toThrow('for every');
  });
});
