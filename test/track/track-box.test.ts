import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadFlowModel, trackBox } from '../../src/index.ts';
import type { Box, FlowModel, Image, TrackedBox } from '../../src/index.ts';
import { drawBox } from '../../src/api/track.ts';
import { fitSimilarity } from '../../src/track/box/fit-similarity.ts';
import { frames, plainFrame } from './scene.ts';

const PATIENCE = 120_000;
const FRAMES = frames(20);

let model: FlowModel;
beforeAll(async () => void (model = await loadFlowModel()));
afterAll(() => model.dispose());

async function run(images: readonly Image[], box: Box): Promise<TrackedBox[]> {
  const found: TrackedBox[] = [];
  for await (const frame of trackBox(model, images, box, { preset: 'balanced' })) found.push(frame);
  return found;
}

/** Share of two boxes' union that both cover. */
function overlap(a: Box, b: Box): number {
  const side = (k: 0 | 1): number => Math.min(a[k] + a[k + 2], b[k] + b[k + 2]) - Math.max(a[k], b[k]);
  const both = Math.max(0, side(0)) * Math.max(0, side(1));
  return both / (a[2] * a[3] + b[2] * b[3] - both);
}

test(
  'a box goes with the square in it, and not with the background in its corners',
  async () => {
    // From frame 6 on all of the square is in the image: it begins at x = 14.
    const found = await run(FRAMES.slice(6), [10, 36, 44, 44]);
    found.forEach(({ index, box, confidence }) => {
      const truth: Box = [10 + 9 * index, 36, 44, 44];
      expect(overlap(box!, truth), `frame ${index}`).toBeGreaterThan(0.7);
      expect(confidence).toBeGreaterThan(0);
    });
  },
  PATIENCE,
);

test('what is no longer seen has no box', async () => {
  const found = await run([FRAMES[8], plainFrame(), plainFrame()], [30, 36, 44, 44]);
  expect(found.map(({ box }) => box === null)).toEqual([false, true, true]);
  expect(found.map(({ confidence }) => confidence)).toEqual([1, 0, 0]);
  expect(found.map(({ cut }) => cut)).toEqual([false, true, false]);
});

test('one frame gives the box itself, and a box outside is refused', async () => {
  const [only] = await run(FRAMES.slice(0, 1), [10, 10, 30, 20]);
  expect(only.box).toEqual([10, 10, 30, 20]);
  await expect(run(FRAMES.slice(0, 2), [200, 10, 30, 20])).rejects.toThrow(/box inside of 192 x 128/);
  await expect(run(FRAMES.slice(0, 2), [20, 10, 0, 20])).rejects.toThrow(/x, y, width and height/);
  await expect(run([], [20, 10, 5, 20])).rejects.toThrow(/one frame or more/);
});

test('a similarity is found though a third of the points moves otherwise', () => {
  const pairs = Array.from({ length: 30 }, (_, i) => {
    const from = [(i % 6) * 10, Math.floor(i / 6) * 10] as const;
    const to = [1.1 * from[0] - 0.2 * from[1] + 5, 0.2 * from[0] + 1.1 * from[1] - 3] as const;
    return { from, to: i % 3 ? to : ([from[0] - 20, from[1] + 30] as const), weight: 1 };
  });
  const found = fitSimilarity(pairs, { a: 1, b: 0, x: 5, y: -3 })!;
  expect(found.a).toBeCloseTo(1.1, 1);
  expect(found.b).toBeCloseTo(0.2, 1);
  expect(fitSimilarity([], found)).toBeNull();
});

test('a box is drawn on a copy', () => {
  const image = plainFrame();
  expect(drawBox(image, [10, 10, 20, 20]).data.some((value) => value > 200)).toBe(true);
  expect(drawBox(image, null).data.every((value) => value === 0)).toBe(true);
  expect(image.data.every((value) => value === 0)).toBe(true);
});
