import { describe, expect, test } from 'vitest';
import {
  composeHomographies,
  homographyJacobian,
  invertHomography,
  normalizeHomography,
} from '../../src/core/index.ts';
import type { Homography } from '../../src/core/index.ts';
import { balancePlane } from '../../src/stitch/canvas/balance-plane.ts';
import { TOLERANCE } from '../tolerances.ts';
import '../matchers.ts';

const SIZE = { width: 400, height: 300 };
const IDENTITY: Homography = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** From a camera turned to the right to one that looks straight on. */
function turned(degrees: number, focal = 400): Homography {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const [cx, cy] = [(SIZE.width - 1) / 2, (SIZE.height - 1) / 2];
  const lens: Homography = [focal, 0, cx, 0, focal, cy, 0, 0, 1];
  return composeHomographies(
    lens,
    composeHomographies([cos, 0, sin, 0, 1, 0, -sin, 0, cos], invertHomography(lens)),
  );
}

function areasOf(matrices: readonly Homography[]): number[] {
  return matrices.flatMap((m) =>
    [0, SIZE.width - 1].flatMap((x) =>
      [0, SIZE.height - 1].map((y) => {
        const [xx, xy, yx, yy] = homographyJacobian(m, x, y);
        return xx * yy - xy * yx;
      }),
    ),
  );
}

const ratioOf = (matrices: readonly Homography[]): number =>
  Math.max(...areasOf(matrices)) / Math.min(...areasOf(matrices));

describe('images on a plane', () => {
  const wedge = [IDENTITY, turned(30)];
  const balanced = balancePlane(wedge, [SIZE, SIZE]);

  test('are seen from the middle: the ratio of areas is about the root of what it was', () => {
    expect(ratioOf(wedge)).toBeGreaterThan(4);
    expect(ratioOf(balanced)).toBeLessThan(1.2 * Math.sqrt(ratioOf(wedge)));
    expect(areasOf(balanced).every((area) => area > 0)).toBe(true);
  });

  test('lie on each other as before', () => {
    const between = (m: readonly Homography[]): Homography =>
      normalizeHomography(composeHomographies(invertHomography(m[0]), m[1]));
    expect(between(balanced)).toBeCloseToArray(between(wedge), TOLERANCE.geometry);
  });

  test('have right angles and one scale in the mean', () => {
    const sum = [0, 0, 0, 0];
    for (const m of balanced) {
      const axes = homographyJacobian(m, (SIZE.width - 1) / 2, (SIZE.height - 1) / 2);
      const length = Math.sqrt(axes[0] * axes[3] - axes[1] * axes[2]);
      axes.forEach((value, k) => (sum[k] += value / length / 2));
    }
    const [xx, xy, yx, yy] = sum;
    expect([xx - yy, xy + yx]).toBeCloseToArray([0, 0], TOLERANCE.geometry);
    expect(Math.hypot(xx, yx)).toBeCloseTo(1, 6);
  });

  test('stay where they are where their areas are alike', () => {
    const flat: Homography[] = [IDENTITY, [1.1, 0.1, 200, -0.1, 1.1, 10, 0, 0, 1]];
    expect(balancePlane(flat, [SIZE, SIZE])).toBe(flat);
  });
});
