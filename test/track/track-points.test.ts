import { afterAll, beforeAll, expect, test } from 'vitest';
import { collectTracks, loadFlowModel, trackPoints } from '../../src/index.ts';
import type { FlowModel, Image, TrackedFrame } from '../../src/index.ts';
import { drawTracks, gridPoints } from '../../src/api/track.ts';
import { seeded } from '../flow/fields.ts';
import { HEIGHT, WIDTH, backgroundAt, covered, frames, plainFrame } from './scene.ts';

const PATIENCE = 120_000;
const FRAMES = frames(20);
/** Two that the square passes over, on soft ground that tells a place within two pixels, and three that it does not. */
const POINTS: readonly (readonly [number, number])[] = [
  [110, 64],
  [130, 70],
  [100, 20],
  [150, 100],
  [170, 25],
];
const how = { preset: 'fast' } as const;

let model: FlowModel;
beforeAll(async () => void (model = await loadFlowModel()));
afterAll(() => model.dispose());

async function run(images: readonly Image[], points: Parameters<typeof trackPoints>[2] = POINTS) {
  const found: TrackedFrame[] = [];
  for await (const frame of trackPoints(model, images, points, how)) found.push(frame);
  return found;
}

const away = ([x, y]: readonly number[], [tx, ty]: readonly number[]): number => Math.hypot(x - tx, y - ty);

/** Whether the square's border is so near that either answer will do. */
const atBorder = ([x, y]: [number, number], t: number): boolean =>
  [-4, 4].some((d) => covered([x + d, y], t) !== covered([x, y], t));

test(
  'points keep their place on what moves, are occluded where something passes, and are found again',
  async () => {
    const { tracks, cuts, frames: count } = await collectTracks(model, FRAMES, POINTS, how);
    expect(count).toBe(20);
    expect(cuts).toEqual([]);
    let occluded = 0;
    tracks.forEach(({ points, visible, confidence }, i) => {
      expect(points).toHaveLength(20);
      for (let t = 0; t < 20; t++) {
        const truth = backgroundAt(...POINTS[i], t);
        if (atBorder(truth, t)) continue;
        expect(visible[t], `point ${i} in frame ${t}`).toBe(!covered(truth, t));
        expect(confidence[t] >= 0.5).toBe(visible[t]);
        if (visible[t]) expect(away(points[t]!, truth), `point ${i} in frame ${t}`).toBeLessThan(2);
        else occluded++;
      }
    });
    expect(occluded).toBeGreaterThan(3);
  },
  PATIENCE,
);

test(
  'a point of a later frame is followed backwards as well as forwards',
  async () => {
    const late = backgroundAt(100, 20, 6);
    const points = [{ x: late[0], y: late[1], frame: 6 }];
    const { tracks } = await collectTracks(model, FRAMES.slice(0, 10), points, how);
    for (const t of [0, 3, 6, 9]) {
      expect(tracks[0].visible[t]).toBe(true);
      expect(away(tracks[0].points[t]!, backgroundAt(100, 20, t))).toBeLessThan(0.5);
    }
    const forwards = await collectTracks(model, FRAMES.slice(0, 10), points, { ...how, backwards: false });
    expect(forwards.tracks[0].points[5]).toBeNull();
    expect(forwards.tracks[0].visible[5]).toBe(false);
    expect(forwards.tracks[0].points[9]).toEqual(tracks[0].points[9]);
  },
  PATIENCE,
);

test(
  'a black stretch and another scene are cuts, in which nothing is visible until the scene returns',
  async () => {
    const random = seeded(4);
    const other = { ...plainFrame(), data: plainFrame().data.map(() => 255 * random()) };
    const images = [FRAMES[0], FRAMES[1], plainFrame(), plainFrame(), other, FRAMES[2], FRAMES[3]];
    const found = await run(images);
    expect(found.map(({ cut }) => cut)).toEqual([false, false, true, false, true, true, false]);
    for (const t of [2, 3, 4]) expect([...found[t].visible], `frame ${t}`).toEqual([0, 0, 0, 0, 0]);
    const back = found[6];
    expect(back.visible.reduce((sum, value) => sum + value, 0)).toBeGreaterThanOrEqual(3);
    POINTS.forEach((point, i) => {
      if (back.visible[i])
        expect(away(back.points.subarray(2 * i, 2 * i + 2) as never, backgroundAt(...point, 3))).toBeLessThan(
          2,
        );
    });
  },
  PATIENCE,
);

test(
  'frames that show nothing at all, of any size, give defined results',
  async () => {
    const found = await run([plainFrame(90), plainFrame(90), plainFrame(90)]);
    expect(found).toHaveLength(3);
    for (const { points } of found) expect(points.every(Number.isFinite)).toBe(true);
    for (const [width, height] of [
      [1, 1],
      [3, 2],
      [18, 40],
    ]) {
      const image = { width, height, data: new Uint8Array(3 * width * height).fill(50) };
      const small = await run([image, image], [[0, 0]]);
      expect(small.map(({ points }) => points.every(Number.isFinite))).toEqual([true, true]);
    }
  },
  PATIENCE,
);

test('one frame is a track of one position, and no frame is an error', async () => {
  const [only, ...rest] = await run(FRAMES.slice(0, 1));
  expect(rest).toEqual([]);
  expect([...only.points.subarray(0, 2)]).toEqual([110, 64]);
  expect([...only.visible]).toEqual([1, 1, 1, 1, 1]);
  await expect(run([])).rejects.toThrow(/Expected one frame or more/);
});

test('points that lie outside or begin too late are refused by their number', async () => {
  await expect(run(FRAMES.slice(0, 2), [[WIDTH, 3]])).rejects.toThrow(/inside of 192 x 128 .* points\[0\]/);
  await expect(run(FRAMES.slice(0, 2), [{ x: 1, y: 1, frame: 2 }])).rejects.toThrow(
    /frames 0 to 1 .* frame 2/,
  );
  await expect(run(FRAMES.slice(0, 2), [])).rejects.toThrow(/one point or more/);
  await expect(run(FRAMES.slice(0, 2), [[1, NaN]])).rejects.toThrow(/points\[0\]/);
});

test('a signal ends the work with its reason', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(collectTracks(model, FRAMES.slice(0, 3), POINTS, { ...how, signal })).rejects.toThrow(
    'enough',
  );
});

test('a grid is regular and symmetric', () => {
  const grid = gridPoints({ width: WIDTH, height: HEIGHT }, 6);
  expect(grid).toHaveLength(24);
  expect(grid[0].x + grid[5].x).toBeCloseTo(WIDTH - 1);
  expect(grid[0].y + grid[23].y).toBeCloseTo(HEIGHT - 1);
});

test('tracks are drawn with tails, and what is not visible is not', () => {
  const image = plainFrame();
  const track = { points: [[20, 20], [40, 20], null] as const, visible: [true, true, false] };
  const lit = (index: number): number => drawTracks(image, [track], index).data.filter((v) => v > 60).length;
  expect(lit(1)).toBeGreaterThan(lit(0));
  expect(lit(2)).toBeLessThan(lit(1));
  expect(image.data.every((v) => v === 0)).toBe(true);
});

test.each<[string, unknown, string]>([
  ['a path', 'clip.mp4', 'received "clip.mp4" (string)'],
  ['a source that was not awaited', Promise.resolve(FRAMES), 'received an object (Promise): await it'],
  ['paths', ['a.png'], 'Expected an image with Uint8Array data for frame 0 but received "a.png"'],
])('frames may not be %s', async (_, given, message) => {
  await expect(run(given as Image[])).rejects.toThrow(message);
});
