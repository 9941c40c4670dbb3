import { expect, test } from 'vitest';
import { imageToTensor, padTensor } from '../../src/runtime/index.ts';

test('pixels become planes of red, green and blue in the range of the model', () => {
  const image = { width: 2, height: 1, data: Uint8Array.of(0, 51, 255, 102, 153, 204) };
  const tensor = imageToTensor(image, [-1, 1]);
  expect(tensor.dims).toEqual([1, 3, 1, 2]);
  expect(tensor.data).toBeCloseToArray([-1, -0.2, -0.6, 0.2, 1, 0.6], 1e-6);
  expect(imageToTensor(image, [0, 255]).data).toBeCloseToArray([0, 102, 51, 153, 255, 204], 1e-6);
});

test('padding repeats the last column and the last row', () => {
  const tensor = { dims: [1, 2, 2, 3], data: Float32Array.from({ length: 12 }, (_, i) => i) };
  const padded = padTensor(tensor, 4);
  expect(padded.dims).toEqual([1, 2, 4, 4]);
  expect([...padded.data]).toEqual([
    ...[0, 1, 2, 2, 3, 4, 5, 5, 3, 4, 5, 5, 3, 4, 5, 5],
    ...[6, 7, 8, 8, 9, 10, 11, 11, 9, 10, 11, 11, 9, 10, 11, 11],
  ]);
});

test('a tensor that fits is not copied', () => {
  const tensor = { dims: [1, 1, 4, 8], data: new Float32Array(32) };
  expect(padTensor(tensor, 4)).toBe(tensor);
});

test('one pixel fills all that it is padded to', () => {
  const padded = padTensor({ dims: [1, 3, 1, 1], data: Float32Array.of(1, 2, 3) }, 64);
  expect(padded.dims).toEqual([1, 3, 64, 64]);
  expect(padded.data.slice(64 * 64, 2 * 64 * 64).every((value) => value === 2)).toBe(true);
});
