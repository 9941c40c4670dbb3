import { afterAll, beforeAll, describe as group, expect, test } from 'vitest';
import {
  CLASSICAL_MEASURES,
  describePatches,
  loadPatchModel,
  similarities,
  similarity,
  toPatchDescriptor,
  verify,
} from '../../../src/match/patches/index.ts';
import type { PatchImage, PatchModel, Threshold } from '../../../src/match/patches/index.ts';
import { TOLERANCE } from '../../tolerances.ts';
import { GOLDEN, STAND_IN_PAIR, STAND_IN_PATCH, drawNoise, goldenPatches, toRgb } from './models.ts';

let network: PatchModel;
let pairs: PatchModel;

beforeAll(async () => {
  network = await loadPatchModel(STAND_IN_PATCH, { threads: 1 });
  pairs = await loadPatchModel(STAND_IN_PAIR, { threads: 1 });
});
afterAll(async () => {
  await network.dispose();
  await pairs.dispose();
});

const flat = (value: number): PatchImage => ({ width: 8, height: 8, data: new Uint8Array(64).fill(value) });

test('descriptors are those of PyTorch', async () => {
  const { count, length, data } = await describePatches(network, goldenPatches());
  expect([count, length]).toEqual([3, 6]);
  expect(data).toBeCloseToArray(GOLDEN.descriptors.flat(), TOLERANCE.descriptor);
});

test('a patch has one descriptor, in whatever company and form', async () => {
  const [patch] = goldenPatches();
  const many = Array.from({ length: 150 }, (_, i) => (i === 140 ? patch : drawNoise(8, 8, i)));
  const alone = (await describePatches(network, [patch])).data;
  expect((await describePatches(network, many)).data.subarray(140 * 6, 141 * 6)).toBeCloseToArray(
    alone,
    TOLERANCE.descriptor,
  );
  expect((await describePatches(network, [toRgb(patch)])).data).toBeCloseToArray(alone, TOLERANCE.descriptor);
  const packed = { count: 1, size: 8, data: Float32Array.from(patch.data) };
  expect((await describePatches(network, packed)).data).toBeCloseToArray(alone, TOLERANCE.descriptor);
});

test('patches of other sizes are brought to the size of the network by area', async () => {
  const [patch] = goldenPatches();
  const twice = { width: 16, height: 16, data: new Uint8Array(256) };
  for (let i = 0; i < 256; i++) twice.data[i] = patch.data[((i >> 5) << 3) + ((i & 15) >> 1)];
  expect((await describePatches(network, [twice])).data).toBeCloseToArray(
    (await describePatches(network, [patch])).data,
    TOLERANCE.descriptor,
  );
});

test('similarity tells its score, its distance, and what measured them', async () => {
  const [a, b] = goldenPatches();
  const found = await similarity(network, a, b);
  const wanted = Math.hypot(...GOLDEN.descriptors[0].map((value, k) => value - GOLDEN.descriptors[1][k]));
  expect(found).toMatchObject({ metric: 'l2', model: 'stand-in-patch' });
  expect(found.distance).toBeCloseTo(wanted, 4);
  expect(found.score).toBe(-found.distance);
  const cosine = await similarity(network, a, b, { metric: 'cosine' });
  expect(cosine.score).toBeCloseTo(1 - wanted ** 2 / 2, 4);
  expect(cosine.distance).toBeCloseTo(1 - cosine.score, 12);
});

test('a network that compares gives its own score', async () => {
  const found = await similarity(pairs, flat(0), flat(255));
  expect(found).toEqual({ score: -3, distance: 3, metric: 'network', model: 'stand-in-pair' });
});

test('a network that takes any size is shown squares of one size as they are', async () => {
  // Their difference is in one pixel of four; at 8 x 8 it would be spread by interpolation.
  const small = (value: number): PatchImage => ({
    width: 4,
    height: 4,
    data: new Uint8Array(16).fill(value, 0, 1),
  });
  const { scores } = await similarities(pairs, [small(0), flat(0)], [small(255), flat(255)]);
  expect([...scores]).toEqual([1 - 4 / 16, -3]);
});

test('pairs of a batch are those of single calls', async () => {
  const [a, b] = [1, 2].map((seed) => Array.from({ length: 5 }, (_, i) => drawNoise(8, 8, 10 * seed + i)));
  for (const model of [network, pairs]) {
    const { distances } = await similarities(model, a, b);
    for (let i = 0; i < 5; i++)
      expect(distances[i]).toBeCloseTo((await similarity(model, a[i], b[i])).distance, 5);
  }
});

group.each(['network', 'pairs', ...CLASSICAL_MEASURES] as const)('%s', (name) => {
  const open = async (): Promise<PatchModel> =>
    name === 'network' ? network : name === 'pairs' ? pairs : loadPatchModel(name);

  test('is symmetric', async () => {
    const model = await open();
    const [a, b] = [drawNoise(20, 20, 5), drawNoise(20, 20, 6)];
    expect(model.symmetric).toBe(true);
    expect((await similarity(model, a, b)).score).toBeCloseTo((await similarity(model, b, a)).score, 6);
  });

  test('finds a patch most like itself', async () => {
    const model = await open();
    const patches = [3, 4, 5].map((seed) => drawNoise(16, 16, seed));
    const own = await similarity(model, patches[0], patches[0]);
    for (const other of patches.slice(1))
      expect(own.score).toBeGreaterThan((await similarity(model, patches[0], other)).score);
  });

  test('gives numbers for patches without any contrast', async () => {
    const model = await open();
    for (const [a, b] of [
      [flat(77), flat(77)],
      [flat(0), flat(0)],
      [flat(0), flat(255)],
      [flat(77), drawNoise(8, 8, 1)],
    ]) {
      const { score, distance } = await similarity(model, a, b);
      expect([score, distance].every(Number.isFinite)).toBe(true);
    }
    const own = await similarity(model, flat(77), flat(77));
    expect(own.score).toBeGreaterThanOrEqual((await similarity(model, flat(77), drawNoise(8, 8, 1))).score);
  });
});

test('colour tells apart what is the same in grey', async () => {
  const histogram = await loadPatchModel('color-histogram');
  const fill = (color: readonly number[]): PatchImage => ({
    width: 4,
    height: 4,
    data: Uint8Array.from({ length: 48 }, (_, i) => color[i % 3]),
  });
  const [red, green] = [fill([200, 0, 0]), fill([0, 102, 0])];
  expect((await similarity(histogram, red, green)).distance).toBe(2);
  expect((await similarity(histogram, red, red)).distance).toBe(0);
});

test('verification holds the distance against a threshold', async () => {
  const [a, b] = goldenPatches();
  const { distance } = await similarity(network, a, b);
  expect(await verify(network, a, b, distance + 0.01)).toMatchObject({ same: true, distance });
  expect(await verify(network, a, b, distance - 0.01)).toMatchObject({ same: false });
  expect(await verify(network, a, a, 0.1)).toMatchObject({ same: true, threshold: 0.1 });
});

test('a false-positive rate stands for the threshold that came with the model', async () => {
  const [a] = goldenPatches();
  expect(network.thresholds).toEqual([
    { falsePositiveRate: 0.01, distance: 0.2 },
    { falsePositiveRate: 0.1, distance: 0.6 },
  ]);
  expect(await verify(network, a, a, { falsePositiveRate: 0.1 })).toMatchObject({ threshold: 0.6 });
  // The manifest has a score there: at or above it is at or below minus it.
  expect(await verify(pairs, a, a, { falsePositiveRate: 0.05 })).toMatchObject({
    threshold: -0.5,
    same: true,
  });
});

test.each<[unknown, string]>([
  [2.5, 'Expected a distance from 0 to 2 for threshold but received 2.5'],
  [-1, 'Expected a distance from 0 to 2 for threshold but received -1'],
  [NaN, 'Expected a finite distance or a false-positive rate for threshold but received NaN'],
  ['low', 'Expected a finite distance or a false-positive rate for threshold but received "low"'],
  [{ falsePositiveRate: 2 }, 'Expected a number above 0 and below 1 for threshold.falsePositiveRate'],
  [
    { falsePositiveRate: 0.5 },
    'Expected one of 0.01, 0.1 false-positive rate for stand-in-patch but received 0.5',
  ],
])('the threshold %j is refused', async (threshold, message) => {
  const [a] = goldenPatches();
  await expect(verify(network, a, a, threshold as Threshold)).rejects.toThrow(message);
});

test.each<[unknown, string]>([
  [[], 'Expected at least one patch for patches but received none'],
  [[null], 'Expected a grey or RGB image for patches[0] but received null'],
  [
    [{ width: 8, height: 8, data: new Float32Array(64) }],
    'Expected 8-bit values (Uint8Array) for patches[0].data but received an object (Float32Array)',
  ],
  [
    [flat(0), { width: 8, height: 9, data: new Uint8Array(64) }],
    'Expected 72 (grey) or 216 (RGB) values for patches[1] of 8 x 9 pixels but received 64',
  ],
  [
    [{ width: 0, height: 8, data: new Uint8Array(0) }],
    'Expected a size of at least 1 x 1 pixels for patches[0] but received 0 (number) x 8 (number)',
  ],
  [
    { count: 0, size: 8, data: new Float32Array(0) },
    'Expected at least one patch for patches but received none',
  ],
  [
    { count: 2, size: 8, data: new Float32Array(64) },
    'Expected 2 x 8 x 8 values for patches but received 64',
  ],
  [null, 'Expected a list of patches for patches but received null'],
  [7, 'Expected a list of patches for patches but received 7 (number)'],
])('bad patches are refused (%#)', async (patches, message) => {
  await expect(describePatches(network, patches as PatchImage[])).rejects.toThrow(message);
});

test('lists of different lengths are refused', async () => {
  await expect(similarities(network, goldenPatches(), [flat(1)])).rejects.toThrow(
    'Expected as many patches in A as in B but received 3 and 1',
  );
});

test('what a model cannot do it says', async () => {
  const [a] = goldenPatches();
  await expect(describePatches(pairs, [a])).rejects.toThrow(
    'Expected a model that makes descriptors but stand-in-pair compares two patches',
  );
  await expect(similarity(pairs, a, a, { metric: 'l2' })).rejects.toThrow(
    'Expected no metric for stand-in-pair, which compares patches by itself',
  );
  await expect(similarity({} as PatchModel, a, a)).rejects.toThrow(
    'Expected a model from loadPatchModel for model',
  );
  await expect(similarity(network, a, a, { metric: 'near' as never })).rejects.toThrow(
    'Expected one of l1, l2',
  );
});

test('a model that is not there, not for patches or without the precision is refused', async () => {
  await expect(loadPatchModel('no-such-model')).rejects.toThrow('Expected the name of an installed model');
  await expect(loadPatchModel('flownet-s')).rejects.toThrow(
    'Expected a model for patches but flownet-s is for flow',
  );
  await expect(loadPatchModel(STAND_IN_PATCH, { precision: 'int8' })).rejects.toThrow(
    'Expected precision fp32 for stand-in-patch but received int8',
  );
  await expect(loadPatchModel(STAND_IN_PATCH, { precision: 'fp8' as never })).rejects.toThrow(
    'Expected one of fp32, fp16, int8 for precision',
  );
  await expect(loadPatchModel(7 as never)).rejects.toThrow('Expected the name of a model');
});

test('a model that was disposed of says so', async () => {
  const model = await loadPatchModel(STAND_IN_PATCH, { threads: 1 });
  await model.dispose();
  await model.dispose();
  await expect(describePatches(model, goldenPatches())).rejects.toThrow(
    'Expected a loaded model but stand-in-patch has been disposed of',
  );
});

test('a model describes keypoints for the matcher', async () => {
  const descriptor = toPatchDescriptor(network);
  expect(descriptor).toMatchObject({ patchSize: 8, extent: 12 });
  const packed = { count: 1, size: 8, data: Float32Array.from(GOLDEN.patches[0]) };
  expect((await descriptor.describe(packed)).data).toBeCloseToArray(
    GOLDEN.descriptors[0],
    TOLERANCE.descriptor,
  );
  expect(() => toPatchDescriptor(network, 0)).toThrow('Expected a number above 0 for extent');
});
