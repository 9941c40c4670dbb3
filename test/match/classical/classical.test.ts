import { expect, test } from 'vitest';
import type { Patches } from '../../../src/features/types.ts';
import { createRandom } from '../../../src/geometry/robust/random.ts';
import { describeColorHistograms } from '../../../src/match/classical/color-histogram.ts';
import { describeRawPixels, describeStandardizedPixels } from '../../../src/match/classical/pixels.ts';
import { describeRootSift, describeSiftPatches } from '../../../src/match/classical/sift-patch.ts';
import { smoothPatches } from '../../../src/match/classical/smooth.ts';
import { vectorDistance } from '../../../src/match/metric/index.ts';
import { TOLERANCE } from '../../tolerances.ts';

const SIZE = 16;

/** One patch of a function of x and y. */
function draw(value: (x: number, y: number) => number): Patches {
  const data = Float32Array.from({ length: SIZE * SIZE }, (_, i) => value(i % SIZE, Math.floor(i / SIZE)));
  return { count: 1, size: SIZE, data };
}

const random = createRandom(4);
const noise = Float32Array.from({ length: SIZE * SIZE }, () => 40 + 160 * random());
const NOISE: Patches = { count: 1, size: SIZE, data: noise };
const FLAT = draw(() => 77);

/** The directions that a descriptor has anything in. */
const directions = ({ data }: { data: Float32Array }): number[] => [
  ...new Set([...data.keys()].filter((k) => data[k] > 1e-6).map((k) => k % 8)),
];

test.each([
  ['to the right', (x: number) => 10 * x, 0],
  ['to the lower right', (x: number, y: number) => 5 * (x + y), 1],
  ['downwards', (_: number, y: number) => 10 * y, 2],
  ['to the left', (x: number) => 200 - 10 * x, 4],
  ['upwards', (_: number, y: number) => 200 - 10 * y, 6],
])('SIFT of a patch that grows brighter %s has that direction alone', (_, value, wanted) => {
  const inner = describeSiftPatches(draw(value)).data;
  // One-sided differences turn diagonal gradients at the border, by less than the whole way to the next direction.
  const main = [...inner.keys()].filter((k) => k % 8 === wanted).reduce((sum, k) => sum + inner[k] ** 2, 0);
  expect(main).toBeGreaterThan(0.97);
  if (wanted !== 1) expect(directions({ data: inner })).toEqual([wanted]);
});

test('SIFT puts a gradient into the cell where it is', () => {
  // An edge along the middle of the uppermost row of cells.
  const { data } = describeSiftPatches(draw((_, y) => (y < 2 ? 0 : 100)));
  const rows = [0, 1, 2, 3].map((row) => data.subarray(row * 32, (row + 1) * 32).reduce((a, b) => a + b, 0));
  expect(rows[0]).toBeGreaterThan(5 * rows[1]);
  expect([rows[2], rows[3]]).toEqual([0, 0]);
});

test.each([
  ['SIFT', describeSiftPatches],
  ['RootSIFT', describeRootSift],
])(
  '%s has length 1 and no entry that is negative, and brightness and contrast do not change it',
  (_, describe) => {
    const { data, length } = describe(NOISE);
    expect(length).toBe(128);
    expect(Math.hypot(...data)).toBeCloseTo(1, 6);
    expect(Math.min(...data)).toBeGreaterThanOrEqual(0);
    const dimmed = { ...NOISE, data: noise.map((value) => 0.3 * value + 9) };
    expect(describe(dimmed).data).toBeCloseToArray(data, TOLERANCE.interpolation);
  },
);

test('RootSIFT is the root of SIFT divided by its sum', () => {
  const sift = describeSiftPatches(NOISE).data;
  const sum = sift.reduce((a, b) => a + b, 0);
  expect(describeRootSift(NOISE).data).toBeCloseToArray(
    sift.map((value) => Math.sqrt(value / sum)),
    TOLERANCE.interpolation,
  );
});

test('a patch turned by a quarter has the same histograms in turned cells and directions', () => {
  const turned = draw((x, y) => noise[(SIZE - 1 - x) * SIZE + y]);
  const [before, after] = [describeSiftPatches(NOISE).data, describeSiftPatches(turned).data];
  const wanted = new Float32Array(128);
  for (let row = 0; row < 4; row++)
    for (let column = 0; column < 4; column++)
      for (let k = 0; k < 8; k++)
        wanted[(column * 4 + (3 - row)) * 8 + ((k + 2) % 8)] = before[(row * 4 + column) * 8 + k];
  expect(after).toBeCloseToArray(wanted, TOLERANCE.interpolation);
});

test.each([
  ['raw pixels', describeRawPixels],
  ['standardised pixels', describeStandardizedPixels],
  ['SIFT', describeSiftPatches],
  ['RootSIFT', describeRootSift],
])('%s of flat and of black patches are finite', (_, describe) => {
  for (const patch of [FLAT, draw(() => 0)]) expect(describe(patch).data.every(Number.isFinite)).toBe(true);
});

test('of a flat patch nothing is left once its mean is taken off', () => {
  for (const describe of [describeStandardizedPixels, describeSiftPatches, describeRootSift])
    expect(Math.max(...describe(FLAT).data.map(Math.abs))).toBe(0);
});

test('the cosine of standardised pixels is the normalised cross-correlation', () => {
  const ncc = (a: Patches, b: Patches): number =>
    1 - vectorDistance('cosine', describeStandardizedPixels(a).data, describeStandardizedPixels(b).data);
  expect(ncc(NOISE, { ...NOISE, data: noise.map((value) => 255 - value) })).toBeCloseTo(-1, 6);
  expect(ncc(NOISE, { ...NOISE, data: noise.map((value) => 0.5 * value + 30) })).toBeCloseTo(1, 6);
  // Both are +-1 patterns; they agree on half of the pixels.
  expect(
    ncc(
      draw((x) => x % 2),
      draw((_, y) => y % 2),
    ),
  ).toBeCloseTo(0, 6);
});

test('the distance of raw pixels is the root of their mean squared difference', () => {
  const raw = (...values: number[]) =>
    describeRawPixels({ count: 1, size: 2, data: Float32Array.from(values) }).data;
  expect(vectorDistance('l2', raw(0, 0, 0, 0), raw(255, 255, 255, 255))).toBeCloseTo(1, 6);
  expect(vectorDistance('l2', raw(9, 9, 9, 9), raw(9, 9, 9, 60))).toBeCloseTo(0.1, 6);
});

test('smoothing spreads a point as a Gaussian, keeps what is flat, and each patch to itself', () => {
  const data = new Float32Array(2 * SIZE * SIZE).fill(50, SIZE * SIZE);
  data[7 * SIZE + 8] = 100;
  const out = smoothPatches({ count: 2, size: SIZE, data }, 1.5).data;
  const at = (x: number, y: number): number => out[y * SIZE + x];
  expect(at(8, 7)).toBeCloseTo(100 / (2 * Math.PI * 1.5 ** 2), 0);
  expect(at(10, 7) / at(8, 7)).toBeCloseTo(Math.exp(-0.5 * (2 / 1.5) ** 2), 4);
  expect(at(8, 9)).toBeCloseTo(at(10, 7), 5);
  expect(out.subarray(0, SIZE * SIZE).reduce((a, b) => a + b, 0)).toBeCloseTo(100, 3);
  expect(out.subarray(SIZE * SIZE)).toBeCloseToArray(
    new Float32Array(SIZE * SIZE).fill(50),
    TOLERANCE.interpolation,
  );
});

test('a colour histogram has the share of pixels in every cell', () => {
  // Two red pixels, one blue, one black; 2 cells a channel.
  const image = { width: 2, height: 2, data: Uint8Array.of(255, 0, 0, 200, 0, 0, 0, 0, 255, 0, 0, 0) };
  const { data, length } = describeColorHistograms([image], 2);
  expect(length).toBe(8);
  expect([...data]).toEqual([0.25, 0.25, 0, 0, 0.5, 0, 0, 0]);
});

test('grey images lie on the diagonal of the colour histogram', () => {
  const grey = { width: 2, height: 1, data: Uint8Array.of(0, 255) };
  const rgb = { width: 2, height: 1, data: Uint8Array.of(0, 0, 0, 255, 255, 255) };
  expect([...describeColorHistograms([grey]).data]).toEqual([...describeColorHistograms([rgb]).data]);
});
