import { describe, expect, it } from 'vitest';
import { createCorrespondences } from '../../src/core/correspondences.ts';
import { determinant3, transformPoints } from '../../src/core/homography.ts';
import {
  createRandom,
  fitHomography,
  fitModel,
  sampsonDistance,
  solveModel,
} from '../../src/geometry/index.ts';
import type { GeometricModel } from '../../src/geometry/index.ts';
import { planeAndParallax } from '../../src/geometry/robust/plane-parallax.ts';
import { TOLERANCE } from '../tolerances.ts';
import '../matchers.ts';
import { MAPS, scatter, scatterViews } from './scenes.ts';

const CORNERS = [0, 0, 800, 0, 800, 600, 0, 600];
const KINDS = Object.keys(MAPS) as (keyof typeof MAPS)[];

describe.each(KINDS)('a %s', (kind) => {
  const truth = MAPS[kind];

  it('is found exactly from exact points', () => {
    const { pointsA, pointsB } = scatter(truth, 20, 0);
    const found = solveModel(kind, pointsA, pointsB)!;
    expect(transformPoints(found, CORNERS)).toBeCloseToArray(
      transformPoints(truth, CORNERS),
      TOLERANCE.geometry,
    );
  });

  it('is found among as many wrong matches as right ones', () => {
    const all = scatter(truth, 200, 200, 0.5);
    const fit = fitModel(kind, all);
    expect(transformPoints(fit.matrix!, CORNERS)).toBeCloseToArray(
      transformPoints(truth, CORNERS),
      TOLERANCE.robustFit,
    );
    expect(fit.inliers.subarray(0, 200).reduce((a, b) => a + b)).toBeGreaterThanOrEqual(198);
    expect(fit.inliers.subarray(200).reduce((a, b) => a + b)).toBeLessThanOrEqual(4);
    expect(fit.inlierCount).toBe(fit.inliers.reduce((a, b) => a + b));
    // Noise of half a pixel each way.
    expect(fit.rmse).toBeGreaterThan(0.6);
    expect(fit.rmse).toBeLessThan(0.85);
  });

  it('is not found where there is none', () => {
    const fit = fitModel(kind, scatter(truth, 0, 300));
    expect(fit.matrix).toBeNull();
    expect(fit.reason).toMatch(/chance explains/);
    expect(fit).toMatchObject({ inlierCount: 0, confidence: 0, rmse: NaN });
  });
});

describe('a homography fit', () => {
  it('finds 30 % of right matches, and says how sure it is', () => {
    const fit = fitHomography(scatter(MAPS.homography, 300, 700, 0.5));
    expect(transformPoints(fit.matrix!, CORNERS)).toBeCloseToArray(
      transformPoints(MAPS.homography, CORNERS),
      2 * TOLERANCE.robustFit,
    );
    expect(fit.confidence).toBeGreaterThan(0.999);
    expect(fit.iterations).toBeLessThan(10000);
  });

  it('is the same for the same seed, and for another seed about the same', () => {
    const all = scatter(MAPS.homography, 150, 150, 0.5);
    const [one, again, other] = [1, 1, 99].map((seed) => fitHomography(all, { seed }));
    expect(again).toEqual(one);
    expect(transformPoints(other.matrix!, CORNERS)).toBeCloseToArray(
      transformPoints(one.matrix!, CORNERS),
      TOLERANCE.robustFit,
    );
  });

  it('leads back when A and B are swapped', () => {
    const all = scatter(MAPS.homography, 200, 50, 0.3);
    const forth = fitHomography(all).matrix!;
    const back = fitHomography({ ...all, pointsA: all.pointsB, pointsB: all.pointsA }).matrix!;
    expect(transformPoints(back, transformPoints(forth, CORNERS))).toBeCloseToArray(
      CORNERS,
      2 * TOLERANCE.robustFit,
    );
  });

  it('draws the matches of best score first', () => {
    const all = scatter(MAPS.homography, 60, 940, 0.5);
    const scores = all.scores.map((_, i) => (i < 60 ? 0.9 : 0.1));
    const fit = fitHomography({ ...all, scores }, { maxIterations: 500 });
    expect(fit.inliers.subarray(0, 60).reduce((a, b) => a + b)).toBeGreaterThanOrEqual(58);
  });

  it('is not misled by points on one line', () => {
    const random = createRandom(2);
    const a = Array.from({ length: 100 }, () => random() * 700).flatMap((x) => [x, 0.5 * x + 20]);
    const fit = fitHomography(createCorrespondences(a, a));
    expect(fit.matrix).toBeNull();
    expect(fit.reason).toMatch(/no sample/);
  });

  it('is not misled by one point many times over', () => {
    const a = new Array<number>(100).fill(50);
    expect(fitHomography(createCorrespondences(a, a)).matrix).toBeNull();
  });

  it('counts a place that was matched many times as one', () => {
    const corners = [100, 80, 620, 120, 580, 500, 140, 460];
    const moved = [210, 90, 300, 330, 90, 300, 240, 200];
    const repeat = (points: readonly number[]) => Array.from({ length: 5 }, () => points).flat();
    const wrong = scatter(MAPS.homography, 0, 20);
    const fit = fitHomography(
      createCorrespondences([...repeat(corners), ...wrong.pointsA], [...repeat(moved), ...wrong.pointsB]),
    );
    expect(fit.matrix).toBeNull();
    expect(fit.reason).toMatch(/at [45] distinct places, which chance explains/);
  });

  it('is found though four places were matched more often than all of its own', () => {
    const { pointsA, pointsB } = scatter(MAPS.homography, 14, 0);
    const corners = [100, 80, 620, 120, 580, 500, 140, 460];
    const moved = [210, 90, 400, 30, 690, 480, 40, 400];
    const repeat = (points: readonly number[]) => Array.from({ length: 8 }, () => points).flat();
    const all = createCorrespondences([...repeat(corners), ...pointsA], [...repeat(moved), ...pointsB]);
    const fit = fitHomography(all);
    expect(transformPoints(fit.matrix!, CORNERS)).toBeCloseToArray(
      transformPoints(MAPS.homography, CORNERS),
      TOLERANCE.robustFit,
    );
  });

  it('of too few matches says how many it asks for', () => {
    expect(fitHomography(scatter(MAPS.homography, 9, 0)).reason).toMatch(
      /9 correspondences are fewer than the 10/,
    );
    expect(fitHomography(scatter(MAPS.homography, 0, 0)).matrix).toBeNull();
  });

  it('leaves its arguments as they were', () => {
    const all = scatter(MAPS.homography, 50, 20, 0.5);
    const copy = structuredClone(all);
    fitHomography(all);
    expect(all).toEqual(copy);
  });

  it.each([
    [{ threshold: 0 }, /threshold/],
    [{ confidence: 1 }, /confidence/],
    [{ maxIterations: 0 }, /maxIterations/],
    [{ seed: -1 }, /seed/],
    [{ minInliers: 3 }, /minInliers/],
  ])('refuses %j', (options, message) => {
    expect(() => fitHomography(scatter(MAPS.homography, 20, 0), options)).toThrow(message);
  });
});

describe.each(KINDS)('a %s that no camera makes', (kind) => {
  it.each([
    ['takes everything to one point', [1e-4, 0, 300, 0, 1e-4, 200, 0, 0, 1]],
    ['takes everything to one line', [1, 0, 0, 0.5, 0, 20, 0, 0, 1]],
    ['squeezes everything to a strip', [1, 0, 0, 0, 0.004, 20, 0, 0, 1]],
  ] as const)('%s: none', (_, map) => {
    const { pointsA, pointsB } = scatter(map, 60, 0);
    const wrong = scatter(map, 0, 20);
    const all = createCorrespondences([...pointsA, ...wrong.pointsA], [...pointsB, ...wrong.pointsB]);
    expect(fitModel(kind, all).matrix).toBeNull();
  });
});

describe('a fundamental matrix', () => {
  it('puts every partner on its line', () => {
    const { pointsA, pointsB } = scatterViews(40, 0);
    const f = solveModel('fundamental', pointsA, pointsB)!;
    for (let i = 0; i < pointsA.length; i += 2)
      expect(
        Math.abs(sampsonDistance(f, pointsA[i], pointsA[i + 1], pointsB[i], pointsB[i + 1])),
      ).toBeLessThan(TOLERANCE.geometry);
    expect(Math.abs(determinant3(f))).toBeLessThan(1e-9);
  });

  it('is found among wrong matches', () => {
    const fit = fitModel('fundamental', scatterViews(200, 100, 0.3), { threshold: 1.5 });
    expect(fit.inliers.subarray(0, 200).reduce((a, b) => a + b)).toBeGreaterThanOrEqual(196);
    expect(fit.inliers.subarray(200).reduce((a, b) => a + b)).toBeLessThanOrEqual(8);
  });

  it.each([
    [300, 270, 100],
    [300, 285, 150],
    [300, 240, 300],
  ])('is that of %i points though %i lie in one plane, among %i wrong', (right, flat, wrong) => {
    for (let seed = 1; seed <= 5; seed++) {
      const fit = fitModel('fundamental', scatterViews(right, wrong, 0.5, flat), { threshold: 2, seed });
      const off = fit.inliers.subarray(flat, right).reduce((a, b) => a + b);
      expect(off).toBeGreaterThanOrEqual(0.85 * (right - flat));
    }
  });

  it('is determined by a plane and two points off it', () => {
    const { pointsA, pointsB } = scatterViews(12, 0, 0, 8);
    const [planeA, planeB] = [pointsA.subarray(0, 16), pointsB.subarray(0, 16)];
    const plane = solveModel('homography', planeA, planeB)!;
    const f = planeAndParallax(plane, pointsA, pointsB, 8, 9)!;
    for (let i = 0; i < pointsA.length; i += 2)
      expect(
        Math.abs(sampsonDistance(f, pointsA[i], pointsA[i + 1], pointsB[i], pointsB[i + 1])),
      ).toBeLessThan(TOLERANCE.geometry);
  });
});

it('an unknown model is refused', () => {
  expect(() => fitModel('spline' as GeometricModel, scatter(MAPS.affine, 9, 0))).toThrow(
    /one of translation/,
  );
});

it('weights of least squares count', () => {
  const found = solveModel('translation', [0, 0, 1, 1], [2, 0, 5, 1], [3, 1])!;
  expect(found).toEqual([1, 0, 2.5, 0, 1, 0, 0, 0, 1]);
});
