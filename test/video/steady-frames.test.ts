import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyHomography, cropImage, loadFlowModel, steadyFrames, warpImage } from '../../src/index.ts';
import { invertHomography } from '../../src/core/index.ts';
import type { FlowModel, Image, SteadyFrame } from '../../src/index.ts';
import { drawBlobs } from '../features/textures.ts';
import { seeded } from '../flow/fields.ts';
import { plainFrame } from '../track/scene.ts';

const PATIENCE = 120_000;
const [WIDTH, HEIGHT] = [192, 128];
const WORLD = drawBlobs(320, 240, 5);

/** Where the camera looks in each frame: a slow pan with a shake of up to 4 pixels. */
const random = seeded(7);
const SHAKEN = Array.from({ length: 12 }, (_, t) => ({
  x: 50 + 2 * t + Math.round(8 * random() - 4),
  y: 50 + Math.round(8 * random() - 4),
}));
const view = ({ x, y }: { x: number; y: number }): Image =>
  cropImage(WORLD, { x, y, width: WIDTH, height: HEIGHT });

let model: FlowModel;
beforeAll(async () => void (model = await loadFlowModel()));
afterAll(() => model.dispose());

async function run(frames: readonly Image[], options = {}): Promise<SteadyFrame[]> {
  const found: SteadyFrame[] = [];
  for await (const frame of steadyFrames(frames, { model, ...options })) found.push(frame);
  return found;
}

/** Root of the mean squared second difference of where a place of the world is seen: uneven motion, in pixels. */
function unevenness(places: readonly (readonly [number, number])[]): number {
  const seconds = places.slice(2).map(([x, y], i) => {
    const [[x0, y0], [x1, y1]] = [places[i], places[i + 1]];
    return (x - 2 * x1 + x0) ** 2 + (y - 2 * y1 + y0) ** 2;
  });
  return Math.sqrt(seconds.reduce((sum, value) => sum + value, 0) / seconds.length);
}

test(
  'the shake goes, the pan stays, and no border is seen',
  async () => {
    const found = await run(SHAKEN.map(view), { smoothing: 4, maxCrop: 0.3 });
    const before = SHAKEN.map(({ x, y }) => [150 - x, 110 - y] as const);
    const after = found.map(({ homography }, t) => applyHomography(homography, ...before[t]));
    expect(unevenness(after)).toBeLessThan(unevenness(before) / 5);
    expect(after[2][0] - after[9][0]).toBeGreaterThan(8);
    expect(found.every(({ cut, zoom }) => !cut && zoom > 1 && zoom <= 1 / 0.7)).toBe(true);
    for (const { image, homography } of found) {
      expect([image.width, image.height]).toEqual([WIDTH, HEIGHT]);
      expect(warpImage(image, invertHomography(homography)).valid.data).not.toContain(0);
    }
  },
  PATIENCE,
);

test(
  'the zoom keeps to what may be lost, and smooths less for it; fill loses nothing',
  async () => {
    const frames = SHAKEN.slice(0, 6).map(view);
    for (const { zoom } of await run(frames, { smoothing: 20, maxCrop: 0.02 }))
      expect(zoom).toBeLessThan(1 / 0.98 + 1e-4);
    for (const { image, homography } of await run(frames, { maxCrop: 0 })) {
      expect(homography).toEqual([1, -0, 0, 0, 1, 0, 0, 0, 1].map((value) => expect.closeTo(value, 5)));
      expect(image.width).toBe(WIDTH);
    }
    const filled = await run(frames, { edges: 'fill', smoothing: 4 });
    expect(filled.every(({ zoom }) => zoom === 1)).toBe(true);
  },
  PATIENCE,
);

test(
  'each scene is steadied for itself; one frame gives itself, none is an error',
  async () => {
    const other = plainFrame(230);
    const found = await run([view(SHAKEN[0]), view(SHAKEN[1]), other, other]);
    expect(found.map(({ cut }) => cut)).toEqual([false, false, true, false]);
    expect(found[2].image).toEqual(other);
    const image = view(SHAKEN[0]);
    expect((await run([image])).map((frame) => frame.image)).toEqual([image]);
    await expect(run([])).rejects.toThrow('Expected one frame or more but received none');
  },
  PATIENCE,
);

test.each([
  [{ smoothing: -1 }, /for smoothing/],
  [{ maxCrop: 0.6 }, /for maxCrop/],
  [{ edges: 'none' }, /for edges/],
  [{ crop: 1 }, /option of steadyFrames/],
])('%j is refused', async (options, message) => {
  await expect(run([plainFrame()], options)).rejects.toThrow(message);
});
