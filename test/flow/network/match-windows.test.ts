import { expect, test } from 'vitest';
import { matchReference } from '../../../kernels/match/index.ts';
import type { FeatureMap } from '../../../kernels/types.ts';
import { dominantMotion } from '../../../src/flow/network/dominant-motion.ts';
import { matchInWindows } from '../../../src/flow/network/match-windows.ts';
import '../../matchers.ts';
import { TOLERANCE } from '../../tolerances.ts';
import { golden, seeded } from '../fields.ts';

const [CHANNELS, HEIGHT, WIDTH] = [32, 20, 60];
const SIZE = HEIGHT * WIDTH;
const SHIFT = [31, -3];

const MARGIN = 40;
const random = seeded(3);
/** A field of features of unit length, of which the maps are windows. */
const PITCH = WIDTH + 2 * MARGIN;
const FIELD = Array.from({ length: (HEIGHT + 2 * MARGIN) * PITCH }, () => {
  const values = Array.from({ length: CHANNELS }, () => random() - 0.5);
  return values.map((value) => value / Math.hypot(...values));
});

/** What of the field moves by (u, v) cells. */
function features([u, v]: readonly number[]): FeatureMap {
  const data = new Float32Array(CHANNELS * SIZE);
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++)
      FIELD[(y - v + MARGIN) * PITCH + x - u + MARGIN].forEach((value, c) => {
        data[c * SIZE + y * WIDTH + x] = value;
      });
  return { channels: CHANNELS, height: HEIGHT, width: WIDTH, data };
}

const [a, b] = [features([0, 0]), features(SHIFT)];
const before: FeatureMap = {
  ...{ channels: 2, height: HEIGHT, width: WIDTH },
  data: Float32Array.from({ length: 2 * SIZE }, (_, i) => (i < SIZE ? 30 : -2)),
};

test('windows find what lies farther than they are wide, where the flow before leads about there', async () => {
  const sizes: number[] = [];
  const { flow, confidence } = await matchInWindows(a, b, before, (one, other) => {
    sizes.push(one.width);
    return Promise.resolve(matchReference(one, other, 20));
  });
  expect(sizes.length).toBeGreaterThan(2);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(16);
  for (let y = 6; y < HEIGHT - 2; y++)
    for (let x = 2; x < WIDTH - SHIFT[0] - 2; x++) {
      const i = y * WIDTH + x;
      expect([flow[i], flow[SIZE + i]].map(Math.round)).toEqual(SHIFT);
      expect(confidence[i]).toBeGreaterThan(0.5);
    }
});

test('without a flow before all is matched at once', async () => {
  const seen: FeatureMap[][] = [];
  await matchInWindows(a, b, undefined, (...maps) => {
    seen.push(maps);
    return Promise.resolve(matchReference(...maps, 30));
  });
  expect(seen).toEqual([[a, b]]);
});

test('windows find what those of PyTorch find, and the motion that each part shares', async () => {
  const data = golden<
    Record<'a' | 'b' | 'before' | 'flow' | 'confidence' | 'shared', number[]> &
      Record<'channels' | 'height' | 'width' | 'sharpness', number>
  >('match-windows');
  const { height, width, channels } = data;
  const map = (values: number[], planes: number): FeatureMap => ({
    ...{ channels: planes, height, width },
    data: Float32Array.from(values),
  });
  const found = await matchInWindows(
    map(data.a, channels),
    map(data.b, channels),
    map(data.before, 2),
    (...maps) => Promise.resolve(matchReference(...maps, data.sharpness)),
  );
  expect(found.flow).toBeCloseToArray(data.flow, TOLERANCE.matching);
  expect(found.confidence).toBeCloseToArray(data.confidence, TOLERANCE.matching);
  const shared = dominantMotion(map([...found.flow], 2), found.confidence);
  expect(shared.data).toBeCloseToArray(data.shared, TOLERANCE.matching);
});
