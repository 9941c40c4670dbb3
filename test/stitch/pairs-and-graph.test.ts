import { describe, expect, test } from 'vitest';
import { createCorrespondences } from '../../src/core/correspondences.ts';
import type { Homography } from '../../src/core/homography.ts';
import { findComponents, spanTree } from '../../src/stitch/cameras/match-graph.ts';
import { candidatePairs, wantedPairs } from '../../src/stitch/register/candidate-pairs.ts';
import { examinePair } from '../../src/stitch/register/match-pairs.ts';
import { spreadPoints } from '../../src/stitch/cameras/spread-points.ts';
import type { StitchPair, View } from '../../src/stitch/types.ts';
import { sharedArea, verifyPair } from '../../src/stitch/register/verify-pair.ts';
import { TOLERANCE } from '../tolerances.ts';
import '../matchers.ts';
import { drawPoints } from './views.ts';

const SIZE = { width: 100, height: 80 };
const SHIFT: Homography = [1, 0, -50, 0, 1, 0, 0, 0, 1];

function pair(a: number, b: number, inliers: number, verified = true): StitchPair {
  const points = new Float64Array(inliers * 2);
  return {
    ...{ a, b, verified, overlapMatches: inliers, overlap: 0.5, homography: SHIFT },
    matches: createCorrespondences(points, points),
    inliers: createCorrespondences(points, points),
  };
}

describe('verification', () => {
  // 20 points of A, half of which lie where B is.
  const pointsA = Float64Array.from({ length: 40 }, (_, i) => (i % 2 ? 40 : i < 20 ? 60 + i : i - 20));
  const judge = (inlierCount: number, homography: Homography | null = SHIFT) =>
    verifyPair({ sizeA: SIZE, sizeB: SIZE, homography, pointsA, inlierCount });

  test('asks for more inliers than 8 and 0.3 of the matches in the overlap', () => {
    expect(judge(11)).toMatchObject({ verified: false, overlapMatches: 10 });
    expect(judge(11).reason).toContain('11 of 10');
    expect(judge(12)).toMatchObject({ verified: true });
  });

  test('takes pairs that match perfectly, unlike others', () => {
    expect(judge(2000)).toMatchObject({ verified: true });
  });

  test('refuses what mirrors, folds or stretches, and says so', () => {
    expect(judge(50, [-1, 0, 99, 0, 1, 0, 0, 0, 1]).reason).toContain('mirrors');
    expect(judge(50, [1, 0, 0, 0, 1, 0, -0.0099, 0, 1]).reason).toMatch(/stretches|folds/);
    expect(judge(0, null)).toMatchObject({ verified: false });
  });

  test('the shared area of a shift by half is a half', () => {
    expect(sharedArea(SHIFT, SIZE, SIZE)).toBeCloseTo(0.5, 6);
  });
});

test('a pair examined at a smaller size is told in pixels of the full images', () => {
  const view = (index: number): View => ({
    ...{ index, name: String(index), width: 400, height: 320, scale: 0.25 },
    matched: SIZE,
  });
  const small = drawPoints([1, 0, -30, 0, 1, 10, 0, 0, 1], SIZE, SIZE, 60, 0);
  const found = examinePair(view(0), view(1), createCorrespondences(small.pointsA, small.pointsB));
  expect(found.verified).toBe(true);
  expect(found.homography!).toBeCloseToArray([1, 0, -120, 0, 1, 40, 0, 0, 1], TOLERANCE.adjusted);
});

test('components come by size, and single images stay alone', () => {
  const pairs = [pair(4, 5, 20), pair(0, 3, 20), pair(3, 6, 20), pair(1, 2, 20, false)];
  expect(findComponents(7, pairs)).toEqual([[0, 3, 6], [4, 5], [1], [2]]);
});

test('the spanning tree takes the strongest pairs and starts in the middle of the chain', () => {
  const pairs = [pair(0, 1, 90), pair(1, 2, 80), pair(2, 3, 70), pair(3, 4, 60), pair(0, 4, 10)];
  const { root, links } = spanTree([0, 1, 2, 3, 4], pairs);
  expect(root).toBe(2);
  expect(links.map(({ parent, child }) => [parent, child])).toEqual([
    [2, 1],
    [2, 3],
    [1, 0],
    [3, 4],
  ]);
});

test('few images are all compared, of many the near ones and the ends', () => {
  const first = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
  expect(candidatePairs(first(5))).toHaveLength(10);
  const many = candidatePairs(first(100));
  expect(many).toHaveLength(600);
  expect(many).toContainEqual([0, 99]);
});

test('of a sequence neighbours are compared, of a loop the ends too, and the pairs that are named', () => {
  // The third of five could not be read.
  const places = [0, 1, 3, 4];
  const sequence = [
    [0, 1],
    [1, 2],
    [2, 3],
  ];
  expect(candidatePairs(places, undefined, 'sequence')).toEqual(sequence);
  expect(candidatePairs(places, undefined, 'loop')).toEqual([[0, 1], [0, 3], ...sequence.slice(1)]);
  expect(candidatePairs([0, 1], undefined, 'loop')).toEqual([[0, 1]]);
  const wanted = wantedPairs(5, { pairs: [[4, 1], [2, 3], [1, 4]] }); // prettier-ignore
  expect(candidatePairs(places, wanted)).toEqual([[1, 3]]);
  expect(candidatePairs(places, wanted, 'sequence')).toEqual([[0, 1], [1, 2], [1, 3], [2, 3]]); // prettier-ignore
  expect(() => wantedPairs(3, { pairs: [[0, 3]] })).toThrow(/from 0 to 2 for pairs\[0\]/);
  expect(() => wantedPairs(3, { pairs: [[1, 1]] })).toThrow(/two images for pairs\[0\] but both are 1/);
});

test('points that are thinned out still cover the image', () => {
  const points = Float64Array.from({ length: 4000 }, (_, i) =>
    i % 2 ? 10 : i < 3800 ? (i / 2) % 20 : i / 4,
  );
  const chosen = spreadPoints(createCorrespondences(points, points), 50);
  expect(chosen.scores).toHaveLength(50);
  expect(Math.max(...chosen.pointsA)).toBeGreaterThan(900);
});
