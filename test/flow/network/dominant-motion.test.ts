import { expect, test } from 'vitest';
import { dominantMotion } from '../../../src/flow/network/dominant-motion.ts';
import { TOLERANCE } from '../../tolerances.ts';

const HEIGHT = 12;
const WIDTH = 20;
const SIZE = HEIGHT * WIDTH;

/** A zoom with a shift: u and v of cell i. */
const affine = (i: number): [number, number] => [
  3 + 0.1 * (i % WIDTH),
  -2 - 0.05 * Math.floor(i / WIDTH) + 0.02 * (i % WIDTH),
];

/** Matches that follow the zoom but for those that `odd` says otherwise of. */
function matches(odd: (i: number) => [number, number] | undefined) {
  const data = new Float32Array(2 * SIZE);
  for (let i = 0; i < SIZE; i++) {
    const [u, v] = odd(i) ?? affine(i);
    data[i] = u;
    data[SIZE + i] = v;
  }
  return { channels: 2, height: HEIGHT, width: WIDTH, data };
}

const wanted = matches(() => undefined).data;

test('an affine motion is found exactly', () => {
  const { data } = dominantMotion(
    matches(() => undefined),
    new Float32Array(SIZE).fill(0.8),
  );
  expect(data).toBeCloseToArray(wanted, TOLERANCE.leastSquares);
});

test('objects that move otherwise do not disturb that of the background', () => {
  const { data } = dominantMotion(
    matches((i) => (i % 3 === 0 ? [-9, 8] : undefined)),
    new Float32Array(SIZE).fill(1),
  );
  expect(data).toBeCloseToArray(wanted, TOLERANCE.leastSquares);
});

test('matches without confidence do not count', () => {
  const sure = Float32Array.from({ length: SIZE }, (_, i) => (i % 4 ? 0 : 1));
  const { data } = dominantMotion(
    matches((i) => (i % 4 ? [50, 50] : undefined)),
    sure,
  );
  expect(data).toBeCloseToArray(wanted, TOLERANCE.leastSquares);
});

test('where nothing is sure there is still a finite motion', () => {
  const { data } = dominantMotion(
    matches(() => undefined),
    new Float32Array(SIZE),
  );
  expect(data.every(Number.isFinite)).toBe(true);
});

test('one cell is enough', () => {
  const one = { channels: 2, height: 1, width: 1, data: Float32Array.of(4, -5) };
  expect(dominantMotion(one, Float32Array.of(1)).data).toBeCloseToArray(one.data, TOLERANCE.leastSquares);
});

test('large maps have a motion for each part, which change over smoothly', () => {
  const [height, width] = [10, 150];
  const size = height * width;
  const data = Float32Array.from({ length: 2 * size }, (_, i) => (i < size ? (i % width < 75 ? 2 : 7) : 0));
  const found = dominantMotion({ channels: 2, height, width, data }, new Float32Array(size).fill(1));
  const row = found.data.subarray(5 * width, 6 * width);
  expect(row.subarray(0, 25)).toBeCloseToArray(new Float32Array(25).fill(2), TOLERANCE.leastSquares);
  expect(row.subarray(125)).toBeCloseToArray(new Float32Array(25).fill(7), TOLERANCE.leastSquares);
  for (let x = 1; x < width; x++) expect(Math.abs(row[x] - row[x - 1])).toBeLessThan(2.5);
});
