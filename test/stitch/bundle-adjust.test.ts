import { describe, expect, test } from 'vitest';
import { IDENTITY, applyHomography, multiply3, transpose3 } from '../../src/core/homography.ts';
import type { Matrix3 } from '../../src/core/homography.ts';
import { bundleAdjust } from '../../src/stitch/cameras/bundle-adjust.ts';
import type { AdjustableCameras } from '../../src/stitch/cameras/bundle-adjust.ts';
import { planarCameras } from '../../src/stitch/cameras/planar-cameras.ts';
import { rotationAngle, rotationOf } from '../../src/stitch/cameras/rotation.ts';
import { rotationCameras } from '../../src/stitch/cameras/rotation-cameras.ts';
import type { Observation } from '../../src/stitch/types.ts';
import '../matchers.ts';
import { TOLERANCE } from '../tolerances.ts';
import { drawPoints, homographyOfTurn, turn } from './views.ts';

const SIZE = { width: 640, height: 480 };
const FOCAL = 700;
const TURNS = [turn(0), turn(14, 2, 3), turn(-15, -1, -2), turn(2, 13, 1)];
const PAIRS = [
  [0, 1],
  [0, 2],
  [0, 3],
  [1, 3],
] as const;

function observe(noise: number, wrong = 0): Observation[] {
  return PAIRS.map(([a, b], k) => {
    const points = drawPoints(
      homographyOfTurn(TURNS[a], TURNS[b], FOCAL, SIZE),
      SIZE,
      SIZE,
      80,
      noise,
      k + 1,
    );
    for (let i = 0; i < wrong * points.pointsB.length; i += 2) points.pointsB[i] += 60 + 3 * i;
    return { a, b, points };
  });
}

const start = () =>
  rotationCameras({
    sizes: TURNS.map(() => SIZE),
    rotations: TURNS.map((r, v) => (v ? multiply3(r, rotationOf([0.03, -0.02, 0.04])) : r)),
    focals: TURNS.map(() => FOCAL * 1.15),
    focalGroups: TURNS.map(() => 0),
    anchor: 0,
  });

describe('bundle adjustment of turning cameras', () => {
  test('finds the rotations and the focal length of exact points', () => {
    const { cameras, rms } = bundleAdjust(start(), observe(0));
    expect(rms).toBeLessThan(1e-4);
    expect(cameras.focals[0]).toBeCloseTo(FOCAL, 2);
    cameras.rotations.forEach((r, v) =>
      expect(rotationAngle(multiply3(transpose3(TURNS[v]), r))).toBeLessThan(1e-5),
    );
  });

  test('comes near them with noise of half a pixel and a tenth of the points wrong', () => {
    const { cameras } = bundleAdjust(start(), observe(0.5, 0.1));
    expect(Math.abs(cameras.focals[0] / FOCAL - 1)).toBeLessThan(0.01);
    cameras.rotations.forEach((r, v) =>
      expect(rotationAngle(multiply3(transpose3(TURNS[v]), r))).toBeLessThan(0.002),
    );
  });

  test('leaves the anchor in its place, and the cameras given unchanged', () => {
    const cameras = start();
    const before = structuredClone(cameras.rotations);
    expect(bundleAdjust(cameras, observe(0.5)).cameras.rotations[0]).toEqual(TURNS[0]);
    expect(cameras.rotations).toEqual(before);
  });

  test('leaves a focal length without a group as it is', () => {
    const { sizes, rotations, focals } = { sizes: TURNS.map(() => SIZE), ...start() };
    const fixed = rotationCameras({ sizes, rotations, focals, focalGroups: TURNS.map(() => -1), anchor: 0 });
    expect(bundleAdjust(fixed, observe(0)).cameras.focals).toEqual(focals);
  });
});

/** Whether the tangents of cameras say how a small step of each parameter moves their matrices. */
function checkTangents<Cameras extends AdjustableCameras<Cameras>>(cameras: Cameras): void {
  const size = 1e-6;
  for (let v = 0; v < TURNS.length; v++)
    for (const { parameter, generator } of cameras.tangents(v)) {
      const delta = new Float64Array(cameras.parameterCount);
      delta[parameter] = size;
      const change = IDENTITY.map((one, k) => one + size * generator[k]) as unknown as Matrix3;
      const [moved, predicted] = [cameras.step(delta).matrices[v], multiply3(cameras.matrices[v], change)];
      for (const [x, y] of [
        [0, 0],
        [600, 30],
        [200, 470],
      ])
        expect(applyHomography(moved, x, y)).toBeCloseToArray(applyHomography(predicted, x, y), 1e-6);
    }
}

test('the tangents of turning cameras are their derivatives', () => checkTangents(start()));

test('the tangents of planar cameras are their derivatives', () => {
  const sizes = TURNS.map(() => SIZE);
  checkTangents(
    planarCameras({ sizes, matrices: TURNS.map(() => IDENTITY), model: 'homography', anchor: 0 }),
  );
});

describe('bundle adjustment on a plane', () => {
  const TRUTH: Matrix3[] = [
    [1, 0, 0, 0, 1, 0, 0, 0, 1],
    [0.98, 0.17, 220, -0.17, 0.98, 15, 0, 0, 1],
    [1.1, -0.02, 30, 0.05, 1.08, 200, 0, 0, 1],
  ];
  const relative = (a: number, b: number): Matrix3 => {
    const [, , tx, , , ty] = TRUTH[b];
    const [p, q, , r, s] = TRUTH[b];
    const d = p * s - q * r;
    const inverse: Matrix3 = [
      s / d,
      -q / d,
      (q * ty - s * tx) / d,
      -r / d,
      p / d,
      (r * tx - p * ty) / d,
      0,
      0,
      1,
    ];
    return multiply3(inverse, TRUTH[a]);
  };

  test.each(['affine', 'homography'] as const)('finds %s maps', (model) => {
    const observations = [
      [0, 1],
      [0, 2],
      [1, 2],
    ].map(([a, b], k) => ({ a, b, points: drawPoints(relative(a, b), SIZE, SIZE, 60, 0, k + 1) }));
    const matrices = TRUTH.map((m, v): Matrix3 =>
      v ? [m[0], m[1], m[2] + 9, m[3], m[4], m[5] - 7, 0, 0, 1] : m,
    );
    const cameras = planarCameras({ sizes: TRUTH.map(() => SIZE), matrices, model, anchor: 0 });
    const { cameras: found, rms } = bundleAdjust(cameras, observations);
    expect(rms).toBeLessThan(1e-4);
    found.matrices.forEach((m, v) =>
      expect(applyHomography(m, 300, 200)).toBeCloseToArray(
        applyHomography(TRUTH[v], 300, 200),
        TOLERANCE.adjusted,
      ),
    );
  });
});
