import { describe, expect, it } from 'vitest';
import {
  applyInverseWarp,
  applyWarp,
  composeWarps,
  fitWarp,
  homographyWarp,
} from '../../src/geometry/index.ts';
import type { Warp } from '../../src/geometry/index.ts';
import { TOLERANCE } from '../tolerances.ts';
import '../matchers.ts';

const SHIFT = homographyWarp([1, 0, 5, 0, 1, -3, 0, 0, 1]);
const TILT = homographyWarp([1.1, 0.1, 4, -0.05, 0.9, 8, 1e-4, -2e-4, 1]);
const GRID = [0, 1, 2].flatMap((y) => [0, 1, 2].flatMap((x) => [x * 100, y * 80]));
const BENT = fitWarp(
  'thin-plate',
  GRID,
  GRID.map((value, i) => value + [6, -4, 3, 8, -7][i % 5]),
);
const PLACES = [30, 40, 120, 77, 160, 110];

describe('a warp', () => {
  it.each<[string, Warp]>([
    ['of a matrix', TILT],
    ['of a spline', BENT],
    ['of a chain', composeWarps(TILT, composeWarps(BENT, SHIFT))],
  ])('%s is undone by its inverse', (_, warp) => {
    const back = applyInverseWarp(warp, applyWarp(warp, PLACES));
    expect(back).toBeCloseToArray(PLACES, TOLERANCE.geometry);
  });

  it('composed of two is one after the other, and of two matrices one matrix', () => {
    const both = composeWarps(BENT, SHIFT);
    expect(applyWarp(both, PLACES)).toBeCloseToArray(
      applyWarp(BENT, applyWarp(SHIFT, PLACES)),
      TOLERANCE.geometry,
    );
    expect(composeWarps(TILT, SHIFT).kind).toBe('homography');
    expect(composeWarps(SHIFT, both)).toMatchObject({ kind: 'chain', warps: { length: 3 } });
    expect(applyWarp(composeWarps(TILT, SHIFT), [0, 0])).toBeCloseToArray(
      applyWarp(TILT, [5, -3]),
      TOLERANCE.geometry,
    );
  });

  it.each(['affine', 'homography', 'thin-plate'] as const)(
    '%s is fitted to points that follow one',
    (kind) => {
      const source = kind === 'affine' ? SHIFT : TILT;
      const warp = fitWarp(kind, GRID, applyWarp(source, GRID));
      expect(applyWarp(warp, GRID)).toBeCloseToArray(applyWarp(source, GRID), TOLERANCE.geometry);
    },
  );

  it('is refused by points on one line', () => {
    expect(() => fitWarp('affine', [0, 0, 1, 1, 2, 2], [0, 0, 1, 1, 2, 2])).toThrow(/determine one affine/);
  });

  it.each<[string, unknown[], string]>([
    ['another kind', ['perspective', GRID, GRID], 'one of affine, homography, thin-plate for kind'],
    ['pairs', ['homography', [[0, 0]], [[0, 0]]], 'x and y of each point, interleaved, for pointsA'],
    ['half a point', ['thin-plate', [0, 0, 1], [0, 0, 1]], 'received an array of 3'],
    ['NaN', ['affine', GRID, [...GRID.slice(1), NaN]], 'a finite number for pointsB[17] but received NaN'],
  ])('is not fitted to %s', (_, values, message) => {
    expect(() => fitWarp(...(values as Parameters<typeof fitWarp>))).toThrow(message);
  });
});
