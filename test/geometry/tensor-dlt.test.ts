import { describe, expect, it } from 'vitest';
import { transformPoints } from '../../src/core/homography.ts';
import type { Homography } from '../../src/core/homography.ts';
import { tensorDlt } from '../../src/geometry/index.ts';
import '../matchers.ts';

const corners = (width: number, height: number): number[] => [
  ...[0, 0, width - 1, 0],
  ...[width - 1, height - 1, 0, height - 1],
];

describe('the tensor DLT', () => {
  it('gives back the homography that moved the corners', () => {
    const truth: Homography = [1.05, 0.08, -7, -0.04, 0.94, 5, 2e-4, -1e-4, 1];
    const from = corners(128, 96);
    const moved = transformPoints(truth, from);
    const found = tensorDlt(
      from.map((value, i) => moved[i] - value),
      128,
      96,
    )!;
    expect(found).toBeCloseToArray(truth, 1e-9);
  });

  it('gives the identity for corners that stay, and a shift for corners that shift', () => {
    expect(tensorDlt(new Float32Array(8), 640, 480)).toBeCloseToArray([1, 0, 0, 0, 1, 0, 0, 0, 1], 1e-12);
    const shift = [3, -2, 3, -2, 3, -2, 3, -2];
    expect(tensorDlt(shift, 640, 480)).toBeCloseToArray([1, 0, 3, 0, 1, -2, 0, 0, 1], 1e-9);
  });

  it('gives null where three corners come to lie on a line', () => {
    expect(tensorDlt([0, 0, 0, 0, -50.5, -50.5, 0, 0], 102, 102)).toBeNull();
    expect(tensorDlt([50, 50, -50, 50, -50, -50, 50, -50], 101, 101)).toBeNull();
  });

  it('takes eight offsets', () => {
    expect(() => tensorDlt([1, 2], 10, 10)).toThrow('Expected 8 values for offsets but received 2');
  });
});
