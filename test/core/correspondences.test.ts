import { describe, expect, it } from 'vitest';
import {
  countCorrespondences,
  createCorrespondences,
  joinCorrespondences,
  selectCorrespondences,
  swapCorrespondences,
} from '../../src/core/correspondences.ts';

const THREE = createCorrespondences([0, 1, 2, 3, 4, 5], [10, 11, 12, 13, 14, 15], [0.1, 0.2, 0.3]);

describe('correspondences', () => {
  it('are made of points with x and y interleaved', () => {
    expect(countCorrespondences(THREE)).toBe(3);
    expect(THREE.source).toBe('given');
  });

  it('count 1 each where no score is told', () => {
    expect([...createCorrespondences([1, 2], [3, 4]).scores]).toEqual([1]);
  });

  it('can be selected by a mask', () => {
    const some = selectCorrespondences(THREE, Uint8Array.of(1, 0, 1));
    expect([...some.pointsA]).toEqual([0, 1, 4, 5]);
    expect([...some.pointsB]).toEqual([10, 11, 14, 15]);
    expect([...some.scores]).toEqual([...Float32Array.of(0.1, 0.3)]);
  });

  it('can be swapped and joined', () => {
    const both = joinCorrespondences([THREE, swapCorrespondences(THREE)]);
    expect([...both.pointsA]).toEqual([...THREE.pointsA, ...THREE.pointsB]);
    expect(countCorrespondences(both)).toBe(6);
  });

  it('of unequal lengths, or with a coordinate that is none, are refused', () => {
    expect(() => createCorrespondences([1, 2], [3])).toThrow(/2 values for A and 1 for B/);
    expect(() => createCorrespondences([1, 2], [3, 4], [1, 1])).toThrow(/Expected 1 scores/);
    expect(() => createCorrespondences([1, 2, 3, 4], [3, 4, NaN, 0])).toThrow(/point 1 of B has NaN/);
  });
});
