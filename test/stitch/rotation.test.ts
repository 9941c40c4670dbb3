import { describe, expect, it } from 'vitest';
import { determinant3, multiply3, transpose3 } from '../../src/core/homography.ts';
import type { Matrix3 } from '../../src/core/homography.ts';
import {
  fitRotation,
  nearestRotation,
  rotationOf,
  transform3,
  unit3,
} from '../../src/stitch/cameras/rotation.ts';
import type { Vector3 } from '../../src/stitch/cameras/rotation.ts';
import { TOLERANCE } from '../tolerances.ts';
import '../matchers.ts';

const OMEGAS: readonly Vector3[] = [
  [0, 0, 0],
  [0.3, -0.2, 1.1],
  [0, Math.PI, 0],
  [-2, 1.5, 0.7],
];

describe('the nearest rotation', () => {
  it.each(OMEGAS)('of a rotation about (%f, %f, %f) is itself, at any scale', (...omega) => {
    const r = rotationOf(omega);
    const scaled = r.map((v) => 1e-3 * v) as unknown as Matrix3;
    for (const m of [r, scaled]) expect(nearestRotation(m)).toBeCloseToArray([...r], TOLERANCE.doubles);
  });

  it('of any matrix leaves a symmetric rest, and mirrors nothing', () => {
    const m: Matrix3 = [1, 2, 0.3, -0.4, 0.9, 0.2, 0.1, 0.5, 0.7];
    const r = nearestRotation(m);
    expect(determinant3(r)).toBeCloseTo(1, TOLERANCE.digits);
    const rest = multiply3(transpose3(r), m);
    expect(rest).toBeCloseToArray([...transpose3(rest)], TOLERANCE.doubles);
  });

  it('is found from directions, of a narrow view too', () => {
    const r = rotationOf([0.2, -0.5, 0.1]);
    const raysA = [-2, -1, 0, 1, 2].flatMap((x) => [-1, 0, 1].map((y) => unit3([0.02 * x, 0.02 * y, 1])));
    const raysB = raysA.map((ray) => transform3(r, ray));
    expect(fitRotation(raysA.flat(), raysB.flat())).toBeCloseToArray([...r], TOLERANCE.doubles);
  });
});
