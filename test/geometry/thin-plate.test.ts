import { describe, expect, it } from 'vitest';
import {
  applyThinPlateSpline,
  createRandom,
  fitThinPlateSpline,
  invertThinPlateSpline,
} from '../../src/geometry/index.ts';
import { TOLERANCE } from '../tolerances.ts';
import '../matchers.ts';

const GRID = [0, 1, 2, 3].flatMap((y) => [0, 1, 2, 3].flatMap((x) => [x * 100, y * 80]));
const random = createRandom(11);
const BENT = GRID.map((value) => value + 14 * (random() - 0.5));
const PLACES = [50, 40, 120, 200, 290, 10, 30, 230];

/** Distances of points, pair by pair. */
const distances = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from({ length: a.length / 2 }, (_, i) =>
    Math.hypot(a[2 * i] - b[2 * i], a[2 * i + 1] - b[2 * i + 1]),
  );

describe('a thin-plate spline', () => {
  it('takes its control points where they should go', () => {
    expect(applyThinPlateSpline(fitThinPlateSpline(GRID, BENT), GRID)).toBeCloseToArray(
      BENT,
      TOLERANCE.geometry,
    );
  });

  it('is an affine map where its points follow one', () => {
    const affine = (points: readonly number[]) =>
      points.map((value, i) =>
        i % 2 ? 0.2 * points[i - 1] + 1.1 * value - 7 : 0.9 * value - 0.3 * points[i + 1] + 20,
      );
    const spline = fitThinPlateSpline(GRID, affine(GRID));
    expect(spline.weights).toBeCloseToArray(new Float64Array(32), TOLERANCE.geometry);
    expect(applyThinPlateSpline(spline, PLACES)).toBeCloseToArray(affine(PLACES), TOLERANCE.geometry);
  });

  it('comes near the affine map of least squares when it is smoothed much', () => {
    const stiff = fitThinPlateSpline(GRID, BENT, 1e6);
    expect(stiff.weights).toBeCloseToArray(new Float64Array(32), 1e-3);
    const missed = distances(applyThinPlateSpline(stiff, GRID), BENT);
    expect(Math.max(...missed)).toBeGreaterThan(1);
    expect(Math.max(...missed)).toBeLessThan(14);
  });

  it('leads back by its inverse', () => {
    const spline = fitThinPlateSpline(GRID, BENT);
    const there = applyThinPlateSpline(spline, PLACES);
    expect(invertThinPlateSpline(spline, there)).toBeCloseToArray(PLACES, TOLERANCE.geometry);
  });

  it('counts pairs of one point of A as one to their mean, with smoothing too', () => {
    const twice = fitThinPlateSpline([...GRID, GRID[0], GRID[1]], [...BENT, BENT[0] + 4, BENT[1] - 2]);
    const mean = BENT.map((value, i) => value + (i === 0 ? 2 : i === 1 ? -1 : 0));
    expect(applyThinPlateSpline(twice, PLACES)).toBeCloseToArray(
      applyThinPlateSpline(fitThinPlateSpline(GRID, mean), PLACES),
      TOLERANCE.geometry,
    );
    const near = [GRID[0] + 1e-7, GRID[1]];
    const smooth = [
      fitThinPlateSpline([...GRID, GRID[0], GRID[1]], [...BENT, 9, 9], 0.3),
      fitThinPlateSpline([...GRID, ...near], [...BENT, 9, 9], 0.3),
    ].map((spline) => applyThinPlateSpline(spline, PLACES));
    expect(smooth[0]).toBeCloseToArray(smooth[1], 1e-4);
  });

  it('of points on one line, or of too few different ones, is refused', () => {
    expect(() => fitThinPlateSpline([0, 0, 1, 1], [0, 0, 1, 1])).toThrow(/3 to 2000 different points/);
    expect(() => fitThinPlateSpline([0, 0, 1, 1, 2, 2], [0, 0, 1, 1, 2, 2])).toThrow(/one line/);
    expect(() => fitThinPlateSpline([0, 0, 0, 0, 5, 2], [0, 0, 1, 1, 5, 2])).toThrow(/received 2/);
    expect(() => fitThinPlateSpline(GRID, BENT, NaN)).toThrow(/smoothing/);
  });
});
