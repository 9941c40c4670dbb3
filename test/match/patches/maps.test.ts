import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  denseSimilarity,
  describePatches,
  describeDense,
  loadPatchModel,
  localSimilarity,
  similaritiesOfCell,
  similarity,
  similarityMap,
} from '../../../src/match/patches/index.ts';
import type { PatchModel } from '../../../src/match/patches/index.ts';
import { findPeak, spreadCells } from '../../../src/match/patches/cell-grid.ts';
import { TOLERANCE } from '../../tolerances.ts';
import { STAND_IN_PAIR, STAND_IN_PATCH, crop, drawNoise } from './models.ts';

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

const SCENE = drawNoise(48, 40, 2);

/** The descriptor of the cell at a column and a row. */
function cellOf(map: Awaited<ReturnType<typeof describeDense>>, column: number, row: number): number[] {
  const cells = map.width * map.height;
  return Array.from({ length: map.channels }, (_, c) => map.data[c * cells + row * map.width + column]);
}

test('the dense graph describes every square as the square by itself is described', async () => {
  const map = await describeDense(network, SCENE);
  expect(map).toMatchObject({ channels: 6, width: 21, height: 17, stride: 2, origin: 3.5 });
  for (const [column, row] of [
    [0, 0],
    [20, 16],
    [7, 3],
  ]) {
    const { data } = await describePatches(network, [crop(SCENE, column * 2, row * 2, 8, 8)]);
    expect(cellOf(map, column, row)).toBeCloseToArray(data, TOLERANCE.descriptor);
  }
});

test('sizes that the dense graph does not take are padded, and cells beyond the image left out', async () => {
  const odd = crop(SCENE, 0, 0, 47, 39);
  const map = await describeDense(network, odd);
  expect(map.width).toBeLessThanOrEqual(22);
  expect(map.origin + (map.width - 1) * map.stride).toBeLessThan(47);
  const { data } = await describePatches(network, [crop(SCENE, 10, 8, 8, 8)]);
  expect(cellOf(map, 5, 4)).toBeCloseToArray(data, TOLERANCE.descriptor);
});

test('another stride than that of the dense graph describes the same squares one by one', async () => {
  const [own, wide] = [
    await describeDense(network, SCENE),
    await describeDense(network, SCENE, { stride: 6 }),
  ];
  expect(wide).toMatchObject({ channels: 6, width: 7, height: 6, stride: 6, origin: 3.5 });
  expect(cellOf(wide, 2, 3)).toBeCloseToArray(cellOf(own, 6, 9), TOLERANCE.descriptor);
  const { grid } = await denseSimilarity(network, SCENE, SCENE, { stride: 8 });
  expect(grid.stride).toBe(8);
});

test('without a dense graph every square is described by itself', async () => {
  const sift = await loadPatchModel('rootsift');
  const map = await describeDense(sift, SCENE, { stride: 5 });
  expect(map).toMatchObject({ channels: 128, width: 4, height: 2, stride: 5, origin: 15.5 });
  const { data } = await describePatches(sift, [crop(SCENE, 15, 5, 32, 32)]);
  expect(cellOf(map, 3, 1)).toBeCloseToArray(data, TOLERANCE.descriptor);
});

test.each(['network', 'pairs', 'ncc', 'rootsift'])(
  '%s finds a point again where the image was moved',
  async (name) => {
    const model = name === 'network' ? network : name === 'pairs' ? pairs : await loadPatchModel(name);
    const scene = drawNoise(80, 72, 9);
    const [a, b] = [crop(scene, 0, 0, 64, 56), crop(scene, 12, 8, 64, 56)];
    // The centre of a square of B's grid, whichever the model's, lies there.
    const half = (model.patchSize - 1) / 2;
    const point = { x: half + 20, y: half + 16 };
    const { peak, cells, pixels } = await similarityMap(model, a, point, b);
    expect(Math.hypot(peak.x - (point.x - 12), peak.y - (point.y - 8))).toBeLessThan(1);
    expect(peak.score).toBeCloseTo(1, 4);
    expect([pixels.width, pixels.height]).toEqual([64, 56]);
    expect(Math.max(...pixels.data)).toBeLessThanOrEqual(Math.max(...cells.data));
  },
);

test('a map of scores has what the network says of each square', async () => {
  const patch = crop(SCENE, 10, 10, 8, 8);
  const { cells } = await similarityMap(pairs, SCENE, { x: 13.5, y: 13.5 }, SCENE, { stride: 4 });
  const { score } = await similarity(pairs, patch, crop(SCENE, 8, 12, 8, 8));
  expect(cells.data[3 * cells.width + 2]).toBeCloseTo(score, 5);
});

test('all cells are compared with all, and those nearby alone, by one measure', async () => {
  const moved = drawNoise(48, 40, 3);
  const { volume, grid } = await denseSimilarity(network, SCENE, moved);
  expect(grid).toEqual({ stride: 2, origin: 3.5 });
  expect([volume.widthA, volume.heightA, volume.widthB, volume.heightB]).toEqual([21, 17, 21, 17]);
  const cell = similaritiesOfCell({ volume, grid }, 6, 5);
  const { score } = await similarity(network, crop(SCENE, 12, 10, 8, 8), crop(moved, 16, 6, 8, 8), {
    metric: 'cosine',
  });
  expect(cell.data[3 * 21 + 8]).toBeCloseTo(score, 3);
  const local = await localSimilarity(network, SCENE, moved, 2);
  const displacement = (3 - 5 + 2) * 5 + (8 - 6 + 2);
  expect(local.volume.data[(displacement * 17 + 5) * 21 + 6]).toBeCloseTo(score, 3);
});

test('the similarity of an image with itself is 1 at every cell', async () => {
  const { volume } = await denseSimilarity(network, SCENE, SCENE);
  const cells = volume.widthA * volume.heightA;
  const own = Array.from({ length: cells }, (_, i) => volume.data[i * cells + i]);
  expect(own).toBeCloseToArray(new Array<number>(cells).fill(1), TOLERANCE.descriptor);
});

test('a peak between cells is found by a parabola', () => {
  const value = (x: number, y: number): number => 5 - (x - 1.2) ** 2 - 2 * (y - 0.9) ** 2;
  const data = Float32Array.from({ length: 12 }, (_, i) => value(i % 4, Math.floor(i / 4)));
  const { x, y } = findPeak({ width: 4, height: 3, data }, { stride: 10, origin: 5 });
  expect(x).toBeCloseTo(17, 4);
  expect(y).toBeCloseTo(14, 4);
});

test('a peak at the border, or on a plateau, stays on its cell', () => {
  const grid = { stride: 4, origin: 1.5 };
  expect(findPeak({ width: 3, height: 1, data: Float32Array.of(9, 5, 1) }, grid)).toEqual({
    x: 1.5,
    y: 1.5,
    score: 9,
  });
  expect(findPeak({ width: 3, height: 1, data: Float32Array.of(2, 2, 2) }, grid)).toEqual({
    x: 1.5,
    y: 1.5,
    score: 2,
  });
});

test('cells are spread over the pixels with their centres where the grid has them', () => {
  const cells = { width: 2, height: 1, data: Float32Array.of(0, 10) };
  const { data } = spreadCells(cells, { stride: 4, origin: 1 }, 8, 1);
  expect([...data]).toEqual([0, 0, 2.5, 5, 7.5, 10, 10, 10]);
});

test.each([
  [{ x: 48, y: 3 }, 'Expected a place inside the image, 0 to 47, for point.x but received 48'],
  [{ x: 3, y: -1 }, 'Expected a place inside the image, 0 to 39, for point.y but received -1'],
  [{ x: 3, y: NaN }, 'Expected a finite number for point.y but received NaN'],
  [undefined, 'Expected an x and a y for point but received undefined'],
])('the point %j is refused', async (point, message) => {
  await expect(similarityMap(network, SCENE, point as never, SCENE)).rejects.toThrow(message);
});

test('images smaller than a patch, and models that make no descriptors, are refused', async () => {
  const small = crop(SCENE, 0, 0, 7, 40);
  await expect(describeDense(network, small)).rejects.toThrow(
    'Expected an image of at least 8 x 8 pixels, one patch, for image but received 7 x 40',
  );
  await expect(similarityMap(network, SCENE, { x: 1, y: 1 }, small)).rejects.toThrow('for imageB');
  await expect(denseSimilarity(pairs, SCENE, SCENE)).rejects.toThrow(
    'Expected a model that makes descriptors',
  );
  await expect(localSimilarity(network, SCENE, crop(SCENE, 0, 0, 40, 40), 1)).rejects.toThrow(
    'Expected images of one size',
  );
});
