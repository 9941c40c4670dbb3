import { afterAll, beforeAll, expect, test } from 'vitest';
import { interpolateFrames, loadFlowModel } from '../../src/index.ts';
import type { FlowModel, Image, InterpolatedFrame } from '../../src/index.ts';
import type { VideoFrames } from '../../src/video/index.ts';
import { drawBlobs } from '../features/textures.ts';
import { plainFrame } from '../track/scene.ts';

const PATIENCE = 120_000;

let model: FlowModel;
beforeAll(async () => void (model = await loadFlowModel()));
afterAll(() => model.dispose());

const BACK = drawBlobs(300, 200, 3);
const PIECE = drawBlobs(64, 64, 9);

/** A background that moves to the left, and a square of 48 pixels that passes over it to the right. */
function drawFrame(time: number): Image {
  const [width, height] = [192, 128];
  const data = new Uint8Array(3 * width * height);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i += 3) {
      const [u, v] = [x - 20 - 3 * time, y - 40];
      const over = u >= 0 && v >= 0 && u < 48 && v < 48;
      const at = over ? 3 * (v * 64 + u) : 3 * ((y + 20) * 300 + x + 2 * time);
      for (let c = 0; c < 3; c++) data[i + c] = over ? PIECE.data[at + c] * (c ? 1 : 0.6) : BACK.data[at + c];
    }
  return { width, height, data };
}

interface Rates {
  factor?: number;
  frameRate?: number;
  sourceRate?: number;
}

async function run(frames: VideoFrames, rates: Rates = { factor: 2 }): Promise<InterpolatedFrame[]> {
  const found: InterpolatedFrame[] = [];
  for await (const frame of interpolateFrames(frames, { model, preset: 'fast', ...rates })) found.push(frame);
  return found;
}

/** Root of the mean squared difference of two images, in levels. */
function distance(a: Image, b: Image): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += (a.data[i] - b.data[i]) ** 2;
  return Math.sqrt(sum / a.data.length);
}

const meanOf = (a: Image, b: Image): Image => ({
  ...a,
  data: a.data.map((value, i) => (value + b.data[i]) / 2),
});

test(
  'frames in between show what was there, also where something passes over something else',
  async () => {
    const given = [0, 2, 4, 6].map(drawFrame);
    const found = await run(given);
    expect(found.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(found.map(({ position }) => position)).toEqual([0, 0.5, 1, 1.5, 2, 2.5, 3]);
    expect(found.some(({ cut }) => cut)).toBe(false);
    for (const [i, frame] of [1, 3, 5].entries()) {
      const truth = drawFrame(frame);
      expect(found[2 * i].image).toEqual(given[i]);
      const mixed = distance(meanOf(given[i], given[i + 1]), truth);
      expect(distance(found[2 * i + 1].image, truth)).toBeLessThan(mixed / 2);
    }
  },
  PATIENCE,
);

test(
  'nothing is mixed across a cut: the frame before it stays until the next comes',
  async () => {
    const black = plainFrame(0);
    const white = plainFrame(220);
    const other = { ...black, data: black.data.map((_, i) => (i * 7919) % 256) };
    const found = await run([black, black, other, white, white]);
    expect(found.map(({ cut }) => cut)).toEqual([0, 0, 0, 0, 1, 0, 1, 0, 0].map(Boolean));
    expect(found.map(({ image }) => image)).toEqual([
      ...[black, black, black, black, other],
      ...[other, white, white, white],
    ]);
  },
  PATIENCE,
);

test(
  'one frame gives itself, none is an error, and so is one of another size',
  async () => {
    const image = drawFrame(0);
    expect(await run([image])).toEqual([{ index: 0, image, position: 0, time: undefined, cut: false }]);
    await expect(run([])).rejects.toThrow('Expected one frame or more but received none');
    const small = { width: 2, height: 1, data: new Uint8Array(6) };
    await expect(run([image, small])).rejects.toThrow(/of one size, 192 x 128, but frame 1 is 2 x 1/);
  },
  PATIENCE,
);

test(
  'times are those of the frames: even ones by a rate, uneven ones as they are',
  async () => {
    const uneven = [0, 0.1, 0.4].map((time) => ({ image: plainFrame(90), time }));
    const doubled = await run(uneven);
    doubled.forEach(({ time }, i) => expect(time).toBeCloseTo([0, 0.05, 0.1, 0.25, 0.4][i]));
    const even = await run(uneven, { frameRate: 10 });
    even.forEach(({ time }, i) => expect(time).toBeCloseTo(i / 10));
    expect(even.map(({ position }) => Math.round(100 * position))).toEqual([0, 100, 133, 167, 200]);
    const plain = [plainFrame(90), plainFrame(90)];
    expect(await run(plain, { frameRate: 50, sourceRate: 25 })).toHaveLength(3);
  },
  PATIENCE,
);

test.each<[Rates, string]>([
  [{}, 'Expected one of factor and frameRate for options'],
  [{ factor: 2, frameRate: 50 }, 'Expected one of factor and frameRate for options'],
  [{ factor: 1 }, 'Expected an integer of at least 2 for factor'],
  [{ factor: 2.5 }, 'for factor'],
  [{ frameRate: 0 }, 'for frameRate'],
  [{ frameRate: 50 }, 'Expected the frame rate of frames that have no times for sourceRate'],
])('%j is refused', async (rates, message) => {
  await expect(run([plainFrame(), plainFrame()], rates)).rejects.toThrow(message);
});

test('times that do not rise are refused', async () => {
  const frames = [0.2, 0.1].map((time) => ({ image: plainFrame(), time }));
  await expect(run(frames, { frameRate: 50 })).rejects.toThrow(
    'Expected times that rise but frame 1 comes at 0.1',
  );
});
