import { describe, expect, test } from 'vitest';
import { PROJECTION_NAMES, createProjection } from '../../src/stitch/canvas/projection.ts';
import { unit3 } from '../../src/stitch/cameras/rotation.ts';
import '../matchers.ts';
import { TOLERANCE } from '../tolerances.ts';

const RAYS: readonly (readonly [number, number, number])[] = [
  [0, 0, 1],
  [0.3, -0.2, 1],
  [-0.6, 0.4, 0.9],
  [0.9, 0.1, 0.5],
];

describe.each(PROJECTION_NAMES.flatMap((name) => [true, false].map((upright) => ({ name, upright }))))(
  'the $name projection, upright $upright',
  ({ name, upright }) => {
    const projection = createProjection(name, upright);

    test('brings a ray back from where it fell', () => {
      for (const ray of RAYS) {
        const at = projection.project(...ray, new Float64Array(3))!;
        const back = projection.unproject(at[0], at[1], new Float64Array(3));
        expect(unit3([back[0], back[1], back[2]])).toBeCloseToArray(unit3(ray), TOLERANCE.doubles);
      }
    });

    test('does not depend on the length of the ray', () => {
      const [short, long] = [1, 7].map((k) => projection.project(0.2 * k, 0.3 * k, k, new Float64Array(3))!);
      expect(long).toBeCloseToArray(short, TOLERANCE.doubles);
    });

    test('has the scale of a radian in the middle, right to the right and down below', () => {
      const [u, v] = projection.project(1e-5, 2e-5, 1, new Float64Array(3))!;
      expect([u / 1e-5, v / 1e-5]).toBeCloseToArray([1, 2], 1e-4);
    });
  },
);

test('the projections by hand, a quarter turn to the right', () => {
  const fall = (name: (typeof PROJECTION_NAMES)[number]) =>
    createProjection(name).project(1, 0.5, 0, new Float64Array(3));
  expect(fall('plane')).toBeNull();
  expect(fall('cylindrical')!.subarray(0, 2)).toBeCloseToArray([Math.PI / 2, 0.5], TOLERANCE.doubles);
  expect(fall('spherical')!.subarray(0, 2)).toBeCloseToArray(
    [Math.PI / 2, Math.atan(0.5)],
    TOLERANCE.doubles,
  );
  expect(fall('mercator')!.subarray(0, 2)).toBeCloseToArray(
    [Math.PI / 2, Math.asinh(0.5)],
    TOLERANCE.doubles,
  );
  expect(fall('panini')!.subarray(0, 2)).toBeCloseToArray([2, 1], TOLERANCE.doubles);
});
