import { describe, expect, it } from 'vitest';
import { IDENTITY } from '../../../src/core/homography.ts';
import type { Homography } from '../../../src/core/homography.ts';
import { alignSmall } from '../../../src/match/homography/align-small.ts';
import { likenessOf, makeRelief } from '../../../src/match/homography/likeness.ts';
import { isMapOfImage } from '../../../src/match/homography/iterate-homography.ts';
import { shrinkToSquare, warpSquare } from '../../../src/match/homography/small-image.ts';
import type { SmallImage } from '../../../src/match/homography/small-image.ts';
import { drawBlobs, drawFlat } from '../../features/textures.ts';
import '../../matchers.ts';

const shrink = (seed: number): SmallImage => shrinkToSquare(drawBlobs(160, 120, seed), 128, [0, 1]);
const shift = (x: number, y: number): Homography => [1, 0, x, 0, 1, y, 0, 0, 1];

describe('a small image', () => {
  it('is square, grey, and of the range asked for', () => {
    const { size, data } = shrinkToSquare(drawFlat(30, 50, 51), 16, [-1, 1]);
    expect(size).toBe(16);
    expect(data).toBeCloseToArray(new Float32Array(256).fill(-0.6), 1e-6);
  });

  it('is itself through the identity, and moves by whole and half pixels', () => {
    const image = { size: 4, data: Float32Array.from({ length: 16 }, (_, i) => i * i) };
    expect(warpSquare(image, IDENTITY).data).toEqual(image.data);
    expect(warpSquare(image, shift(1, 0)).data.subarray(0, 4)).toBeCloseToArray([1, 4, 9, 9], 1e-6);
    expect(warpSquare(image, shift(0, 0.5)).data.subarray(0, 4)).toBeCloseToArray([8, 13, 20, 29], 1e-6);
  });

  it('stays finite through a map with a horizon in it', () => {
    const { data } = warpSquare(shrink(3), [1, 0, 0, 0, 1, 0, -1 / 64, 0, 1]);
    expect(data.every(Number.isFinite)).toBe(true);
  });
});

describe('likeness', () => {
  it('is 1 for an image and itself, in other light too', () => {
    const a = shrink(3);
    const dim = { size: 128, data: a.data.map((value) => 0.2 + 0.3 * value) };
    expect(likenessOf(makeRelief(a), makeRelief(dim), IDENTITY)).toBeCloseTo(1, 5);
  });

  it('is little for other images, and 0 where there is nothing to see or hardly any overlap', () => {
    const [a, b, flat] = [shrink(3), shrink(4), { size: 128, data: new Float32Array(128 * 128) }].map(
      makeRelief,
    );
    expect(Math.abs(likenessOf(a, b, IDENTITY))).toBeLessThan(0.3);
    expect(likenessOf(a, flat, IDENTITY)).toBe(0);
    expect(likenessOf(a, a, shift(125, 0))).toBe(0);
  });

  it('is greatest at the true map', () => {
    const a = shrink(3);
    const [reliefA, reliefB] = [a, warpSquare(a, shift(6, -4))].map(makeRelief);
    const at = (x: number, y: number): number => likenessOf(reliefA, reliefB, shift(x, y));
    expect(at(-6, 4)).toBeGreaterThan(0.98);
    expect(at(-6, 4)).toBeGreaterThan(at(-4, 4) + 0.1);
  });
});

it('aligning finds a small motion from rest, of dim images too', () => {
  const a = shrink(5);
  const moved = warpSquare(a, [1.02, 0.01, -3, -0.01, 0.99, 2, 0, 0, 1]);
  const dim = { size: 128, data: moved.data.map((value) => 0.02 * value) };
  const found = alignSmall(a, dim, IDENTITY);
  const seen = warpSquare(dim, found);
  expect(likenessOf(makeRelief(a), makeRelief(dim), found)).toBeGreaterThan(0.98);
  expect(seen.data.every(Number.isFinite)).toBe(true);
});

it.each<[string, Homography, boolean]>([
  ['the identity', IDENTITY, true],
  ['a shift', shift(50, 3), true],
  ['a mirror', [-1, 0, 127, 0, 1, 0, 0, 0, 1], false],
  ['a horizon across it', [1, 0, 0, 0, 1, 0, -1 / 64, 0, 1], false],
  ['a point', [1e-3, 0, 0, 0, 1e-3, 0, 0, 0, 1], false],
  ['no numbers', [NaN, 0, 0, 0, 1, 0, 0, 0, 1], false],
])('of %s it is known whether it maps an image', (_, h, wanted) => {
  expect(isMapOfImage(h, 128)).toBe(wanted);
});
