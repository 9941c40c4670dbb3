import { describe, expect, test } from 'vitest';
import { multiply3 } from '../../src/core/homography.ts';
import { estimateFocal, focalsOfHomography } from '../../src/stitch/cameras/estimate-focal.ts';
import { pixelToRay } from '../../src/stitch/cameras/rotation-cameras.ts';
import { layOut, orientPanorama } from '../../src/stitch/canvas/index.ts';
import type { Placement } from '../../src/stitch/types.ts';
import { column3, dot3 } from '../../src/stitch/cameras/rotation.ts';
import { correctWave } from '../../src/stitch/cameras/wave-correction.ts';
import { drawPoints, homographyOfTurn, turn } from './views.ts';

const SIZE = { width: 640, height: 480 };
const FOCAL = 800;

const pairOf = (a: ReturnType<typeof turn>, b: ReturnType<typeof turn>, noise: number, seed = 1) => {
  const homography = homographyOfTurn(a, b, FOCAL, SIZE);
  return { sizeA: SIZE, sizeB: SIZE, homography, ...drawPoints(homography, SIZE, SIZE, 120, noise, seed) };
};

describe('the focal length', () => {
  test('follows from an exact homography, from its rows and from its columns', () => {
    for (const focal of focalsOfHomography(
      homographyOfTurn(turn(0), turn(15, 6, 4), FOCAL, SIZE),
      SIZE,
      SIZE,
    ))
      expect(focal).toBeCloseTo(FOCAL, 3);
  });

  test('is found from noisy pairs', () => {
    const pairs = [pairOf(turn(0), turn(16), 0.4), pairOf(turn(0), turn(-3, 12), 0.4, 2)];
    const { ratio, source } = estimateFocal(pairs);
    expect(source).toBe('pairs');
    expect(Math.abs((ratio * 640) / FOCAL - 1)).toBeLessThan(0.05);
  });

  test('cannot be found where the camera only rolls: what it noted counts, or a usual one', () => {
    const pairs = [pairOf(turn(0), turn(0, 0, 40), 0.3)];
    expect(estimateFocal(pairs, 1.4)).toEqual({ ratio: 1.4, source: 'camera' });
    expect(estimateFocal(pairs).source).toBe('assumed');
  });
});

describe('straightening', () => {
  const tilt = turn(20, 25, 30);
  const downAfter = (rotations: ReturnType<typeof turn>[]) => {
    const { rotation, sweep } = correctWave(rotations);
    return { sweep, turned: rotations.map((r) => multiply3(rotation, r)) };
  };

  test('makes a horizontal sweep level whatever frame it came in', () => {
    const { sweep, turned } = downAfter([-40, -20, 0, 20, 40].map((yaw) => multiply3(tilt, turn(yaw))));
    expect(sweep).toBe('horizontal');
    for (const r of turned) {
      expect(Math.abs(column3(r, 0)[1])).toBeLessThan(1e-9);
      expect(dot3(column3(r, 1), [0, 1, 0])).toBeCloseTo(1, 6);
    }
  });

  test('keeps a vertical sweep unbent: sides level, the middle of it ahead', () => {
    const { sweep, turned } = downAfter(
      [-50, -25, 0, 25, 50].map((pitch) => multiply3(tilt, turn(0, pitch))),
    );
    expect(sweep).toBe('vertical');
    for (const r of turned) expect(column3(r, 0)[0]).toBeCloseTo(1, 6);
    expect(column3(turned[2], 2)[2]).toBeCloseTo(1, 6);
  });

  test('levels a tilted sweep and forgives a little roll', () => {
    const rolls = [3, -4, 2, -3, 4];
    const { turned } = downAfter([-40, -20, 0, 20, 40].map((yaw, k) => turn(yaw, 0, rolls[k])));
    for (const r of turned) expect(column3(r, 1)[1]).toBeGreaterThan(0.99);
  });

  test('takes the first image for upright where the camera rolled about its line of sight', () => {
    const { rotation, sweep, explanation } = correctWave(
      [turn(0, 0, 10), turn(0, 0, 100), turn(0, 0, 50)],
      ['a.jpg'],
    );
    expect(sweep).toBe('still');
    expect(explanation).toContain('a.jpg');
    expect(column3(multiply3(rotation, turn(0, 0, 10)), 1)[1]).toBeCloseTo(1, 9);
  });
});

test('a panorama looks where it is told to: to the right, up, and turned clockwise', () => {
  const [size, middle] = [[SIZE], [(SIZE.width - 1) / 2, (SIZE.height - 1) / 2]];
  const placement: Placement = {
    ...{ model: 'rotation', views: [0], focals: [FOCAL] },
    matrices: [pixelToRay(FOCAL, SIZE)],
  };
  const rayAt = (look: object, x: number, y: number): number[] => {
    const [m] = orientPanorama(placement, size, ['a'], look).matrices;
    const ray = [0, 3, 6].map((k) => m[k] * x + m[k + 1] * y + m[k + 2]);
    return ray.map((value) => value / Math.hypot(...ray));
  };
  const close = (ray: number[], truth: number[]): void =>
    truth.forEach((value, k) => expect(ray[k]).toBeCloseTo(value, 9));
  const [sin, cos] = [Math.sin(Math.PI / 6), Math.cos(Math.PI / 6)];
  // What was in the middle lies to the left of it, below it, and what was to the right lies above that.
  close(rayAt({ yaw: 30 }, middle[0], middle[1]), [-sin, 0, cos]);
  close(rayAt({ pitch: 30 }, middle[0], middle[1]), [0, sin, cos]);
  close(rayAt({ roll: 90 }, middle[0] + FOCAL, middle[1]), [0, -Math.SQRT1_2, Math.SQRT1_2]);
  expect(() => rayAt({ yaw: NaN }, 0, 0)).toThrow(/number of degrees for yaw/);
});

describe('views far from the horizon', () => {
  const sizes = Array.from({ length: 3 }, () => SIZE);
  const placed = (pitch: number): Placement => ({
    model: 'rotation',
    views: [0, 1, 2],
    focals: sizes.map(() => FOCAL),
    matrices: [0, 20, 40].map((yaw) =>
      multiply3(multiply3(turn(yaw), turn(0, pitch)), pixelToRay(FOCAL, SIZE)),
    ),
  });
  const shown = (pitch: number, wanted?: 'cylindrical') => {
    const oriented = orientPanorama(placed(pitch), sizes, ['a', 'b', 'c'], { projection: wanted });
    const { projection, matrices, scale, upright } = oriented;
    return { ...oriented, ...layOut(projection, matrices, sizes, scale, upright) };
  };

  test.each([50, 70, -60])('pitched by %i degrees are shown about their mean direction', (pitch) => {
    const { projectionName, width, height } = shown(pitch);
    expect(projectionName).toBe('plane');
    // Hardly larger than one view, which turns about the line of sight more than it moves.
    expect(width).toBeLessThan(2 * SIZE.width);
    expect(height).toBeLessThan(2 * SIZE.height);
  });

  test('near the horizon are shown upright as before, and whoever asks for a cylinder has one', () => {
    expect(shown(20).straightening).toBe('upright by all images, a horizontal sweep');
    expect(shown(50, 'cylindrical').straightening).toBe('upright by all images, a horizontal sweep');
  });
});
