import { expect, test } from 'vitest';
import { countColors } from '../../src/find/describe/count-colors.ts';
import { describeImage, loadGlobalModel } from '../../src/find/index.ts';
import { readImage } from '../../src/io/index.ts';
import { readFixtures } from './photos.ts';

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i], 0);

test('colours are counted in cells of hue, saturation and value', () => {
  // Red, grey 0.5, blue, black.
  const data = Float32Array.of(1, 0.5, 0, 0, 0, 0.5, 0, 0, 0, 0.5, 1, 0);
  const counts = countColors({ channels: 3, height: 2, width: 2, data }, [0, 1], [6, 2, 2]);
  const cell = (h: number, s: number, v: number): number => counts[(h * 2 + s) * 2 + v];
  expect([cell(0, 1, 1), cell(0, 0, 1), cell(4, 1, 1), cell(0, 0, 0)]).toEqual([0.5, 0.5, 0.5, 0.5]);
  expect(counts.reduce((sum, value) => sum + value ** 2, 0)).toBe(1);
});

test('two views of one scene are more alike than two scenes, and an image is itself', async () => {
  await using model = await loadGlobalModel(undefined, { threads: 1 });
  const { boxA, boxB, catA } = await readFixtures();
  const [a, b, cat] = [
    await describeImage(model, boxA),
    await describeImage(model, boxB),
    await describeImage(model, catA),
  ];
  expect(a.length).toBe(256);
  expect(dot(a, a)).toBeCloseTo(1, 4);
  expect(dot(a, b)).toBeGreaterThan(0.5);
  expect(dot(a, cat)).toBeLessThan(0.3);
  expect(await describeImage(model, boxA)).toEqual(a);
});

test('a model that was disposed of, and one for something else, are told of', async () => {
  const model = await loadGlobalModel();
  await model.dispose();
  const image = await readImage('fixtures/images/box-a.jpg');
  await expect(describeImage(model, image)).rejects.toThrow(/disposed/);
  await expect(loadGlobalModel('semantic')).rejects.toThrow(/for image search but semantic is for semantic/);
  expect(() => describeImage({} as typeof model, image)).toThrow(/loadGlobalModel/);
});
