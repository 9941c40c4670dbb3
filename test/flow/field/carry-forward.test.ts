import { expect, test } from 'vitest';
import { carryForward } from '../../../src/flow/field/carry-forward.ts';
import type { FlowField } from '../../../src/core/types.ts';
import { TOLERANCE } from '../../tolerances.ts';

const field = (width: number, height: number, at: (x: number, y: number) => [number, number]): FlowField => ({
  width,
  height,
  data: Float32Array.from({ length: width * height * 2 }, (_, i) => {
    const pixel = i >> 1;
    return at(pixel % width, Math.floor(pixel / width))[i % 2];
  }),
});

test('a motion that is the same everywhere stays what it is, on the coarse grid', () => {
  const carried = carryForward(field(80, 48, () => [16, -8]));
  expect([carried.width, carried.height]).toEqual([10, 6]);
  const expected = Float32Array.from({ length: 120 }, (_, i) => (i % 2 ? -1 : 2));
  expect(carried.data).toBeCloseToArray(expected, TOLERANCE.interpolation);
});

test('what moves is found where it went to', () => {
  // A square of 16 pixels at (16, 16) moves right by 24, three cells of the coarse grid; all else stands still.
  const inside = (x: number, y: number) => x >= 16 && x < 32 && y >= 16 && y < 32;
  const { width, data } = carryForward(field(96, 64, (x, y) => [inside(x, y) ? 24 : 0, 0]));
  const at = (x: number, y: number) => data[(y * width + x) * 2];
  // There it meets what stands still, and both count alike.
  expect(at(5, 2)).toBeCloseTo(1.5, 5);
  expect(at(9, 2)).toBe(0);
  // Nothing arrives where it was: the flow that was there stays.
  expect(at(2, 2)).toBeCloseTo(3, 5);
});
