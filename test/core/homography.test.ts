import { describe, expect, it } from 'vitest';
import {
  IDENTITY,
  applyHomography,
  checkHomography,
  composeHomographies,
  homographyJacobian,
  invertHomography,
  normalizeHomography,
  resizeHomography,
  transformPoints,
} from '../../src/core/homography.ts';
import type { Homography } from '../../src/core/homography.ts';
import { TOLERANCE } from '../tolerances.ts';
import '../matchers.ts';

const H: Homography = [0.9, 0.2, 30, -0.15, 1.1, 20, 2e-4, -1e-4, 1];
const POINTS = [0, 0, 640, 0, 640, 480, 0, 480, 123.5, 77.25];

describe('a homography', () => {
  it('divides by the weight of its last row', () => {
    expect(applyHomography([2, 0, 1, 0, 3, 2, 0.5, 0, 1], 2, 4)).toEqual([2.5, 7]);
  });

  it('leads back by its inverse', () => {
    const there = transformPoints(H, POINTS);
    expect(transformPoints(invertHomography(H), there)).toBeCloseToArray(POINTS, TOLERANCE.geometry);
  });

  it('composes from right to left', () => {
    const shift: Homography = [1, 0, 5, 0, 1, -3, 0, 0, 1];
    const [x, y] = applyHomography(H, 10, 20);
    expect(applyHomography(composeHomographies(shift, H), 10, 20)).toBeCloseToArray(
      [x + 5, y - 3],
      TOLERANCE.geometry,
    );
  });

  it('is the same map as any multiple of it, of which normalising chooses one', () => {
    const multiple = H.map((value) => -7 * value) as unknown as Homography;
    expect(normalizeHomography(multiple)).toBeCloseToArray(H, TOLERANCE.geometry);
  });

  it('that puts the origin on the horizon is normalised by its length instead', () => {
    const onHorizon: Homography = [0, 0, 3, 0, 0, 0, -4, 0, 0];
    expect(normalizeHomography(onHorizon)).toEqual([-0, -0, -0.6, -0, -0, -0, 0.8, -0, -0]);
  });

  it('that takes the plane to a line has no inverse', () => {
    expect(() => invertHomography([1, 2, 3, 2, 4, 6, 0, 0, 1])).toThrow(/determinant is 0/);
  });

  it('has the Jacobian that differences give', () => {
    const [x, y] = applyHomography(H, 100, 50);
    const [xx, yx] = applyHomography(H, 100 + 1e-4, 50).map((value, i) => (value - [x, y][i]) / 1e-4);
    const [xy, yy] = applyHomography(H, 100, 50 + 1e-4).map((value, i) => (value - [x, y][i]) / 1e-4);
    expect(homographyJacobian(H, 100, 50)).toBeCloseToArray([xx, xy, yx, yy], 1e-5);
  });

  it('of resizing keeps the outer edges of the image', () => {
    const h = resizeHomography(2, 0.5);
    expect(applyHomography(h, -0.5, -0.5)).toEqual([-0.5, -0.5]);
    expect(applyHomography(h, 9.5, 9.5)).toEqual([19.5, 4.5]);
  });

  it('is nine finite numbers or refused', () => {
    expect(checkHomography([...IDENTITY], 'h')).toEqual(IDENTITY);
    expect(() => checkHomography([1, 2, 3], 'h')).toThrow(/Expected nine finite numbers.* for h/);
    expect(() => checkHomography([...IDENTITY.slice(0, 8), NaN], 'h')).toThrow(TypeError);
  });
});
