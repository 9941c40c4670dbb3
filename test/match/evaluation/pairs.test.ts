import { expect, test } from 'vitest';
import {
  areaUnderRoc,
  averagePrecision,
  chooseThreshold,
  equalErrorRate,
  falsePositiveRateAtRecall,
  rocCurve,
  toScores,
} from '../../../src/match/evaluation/index.ts';

// One differing pair stands between two that are the same.
const MIXED = { scores: [0.9, 0.8, 0.7, 0.6], same: [1, 0, 1, 0] };
const PERFECT = { scores: [4, 3, 2, 1], same: [true, true, false, false] };

test('the ROC curve has a point for every score', () => {
  const { falsePositiveRate, truePositiveRate, thresholds } = rocCurve(MIXED);
  expect([...falsePositiveRate]).toEqual([0, 0, 0.5, 0.5, 1]);
  expect([...truePositiveRate]).toEqual([0, 0.5, 0.5, 1, 1]);
  expect([...thresholds]).toEqual([Infinity, 0.9, 0.8, 0.7, 0.6]);
});

test('pairs of one score share a point of the ROC curve, and count half in its area', () => {
  const tied = { scores: [1, 1, 0], same: [1, 0, 0] };
  expect([...rocCurve(tied).falsePositiveRate]).toEqual([0, 0.5, 1]);
  expect(areaUnderRoc(tied)).toBe(0.75);
});

test('the area is the share of same pairs above differing ones', () => {
  expect(areaUnderRoc(MIXED)).toBe(0.75);
  expect(areaUnderRoc(PERFECT)).toBe(1);
  expect(areaUnderRoc({ scores: [1, 2, 3, 4], same: PERFECT.same })).toBe(0);
});

test('the equal error rate lies where false accepts are as many as false rejects', () => {
  expect(equalErrorRate(MIXED)).toBe(0.5);
  expect(equalErrorRate(PERFECT)).toBe(0);
  // On the straight piece from (0, 0) to (1, 1) of scores that are all equal.
  expect(equalErrorRate({ scores: [1, 1], same: [1, 0] })).toBe(0.5);
});

test('FPR at a recall is the share of differing pairs above the threshold that it takes', () => {
  expect(falsePositiveRateAtRecall(MIXED)).toBe(0.5);
  expect(falsePositiveRateAtRecall(MIXED, 0.5)).toBe(0);
  expect(falsePositiveRateAtRecall(PERFECT)).toBe(0);
  const twenty = Array.from({ length: 20 }, (_, i) => 20 - i);
  // 19 of 20 are 95 %: the last one may be lost.
  const pairs = { scores: [...twenty, 1.5, 0.5], same: [...twenty.map(() => 1), 0, 0] };
  expect(falsePositiveRateAtRecall(pairs)).toBe(0);
  expect(falsePositiveRateAtRecall(pairs, 1)).toBe(0.5);
});

test('average precision is the mean of the precisions at the same pairs', () => {
  expect(averagePrecision(MIXED)).toBeCloseTo((1 + 2 / 3) / 2, 12);
  expect(averagePrecision(PERFECT)).toBe(1);
});

test('ties never flatter', () => {
  const tied = { scores: [1, 1], same: [1, 0] };
  expect(averagePrecision(tied)).toBe(0.5);
  expect(falsePositiveRateAtRecall(tied)).toBe(1);
});

test('a threshold lets in no more differing pairs than stated, and as many same ones as it can', () => {
  const distances = [1, 2, 3, 4, 5, 6];
  const same = [1, 1, 0, 1, 0, 0];
  expect(chooseThreshold(distances, same, 1 / 3)).toEqual({
    threshold: 4.5,
    falsePositiveRate: 1 / 3,
    truePositiveRate: 1,
  });
});

test('pairs of one distance pass together or not at all', () => {
  const chosen = chooseThreshold([1, 2, 2, 2, 3], [1, 1, 0, 0, 0], 1 / 3);
  expect(chosen).toEqual({ threshold: 1.5, falsePositiveRate: 0, truePositiveRate: 0.5 });
});

test('where the nearest pairs are too many wrong ones, nothing passes', () => {
  const chosen = chooseThreshold([1, 1, 2], [0, 0, 1], 0.5);
  expect(chosen).toEqual({ threshold: 0, falsePositiveRate: 0, truePositiveRate: 0 });
});

test('too few differing pairs cannot vouch for a small rate', () => {
  expect(() => chooseThreshold([1, 2], [1, 0], 0.01)).toThrow(
    'Expected at least 100 differing pairs for a falsePositiveRate of 0.01 but received 1',
  );
});

test.each([
  [{ scores: [1, 2], same: [1] }, 'Expected as many scores as truths but received 2 and 1'],
  [{ scores: [1, NaN], same: [1, 0] }, 'Expected a number for scores[1] but received NaN (number)'],
  [{ scores: [1, 2], same: [1, 1] }, 'Expected pairs of both kinds but received 2 that are the same and 0'],
  [{ scores: [], same: [] }, 'Expected pairs of both kinds but received 0'],
])('bad pairs are refused (%#)', (pairs, message) => {
  for (const figure of [areaUnderRoc, equalErrorRate, averagePrecision, falsePositiveRateAtRecall])
    expect(() => figure(pairs)).toThrow(message);
});

test.each([0, 1.01, -0.5, NaN, '0.95'])('a recall of %j is refused', (recall) => {
  expect(() => falsePositiveRateAtRecall(MIXED, recall as number)).toThrow(/^Expected a number.* for recall/);
});

test('distances become scores by their sign', () => {
  expect([...toScores([1, -2])]).toEqual([-1, 2]);
});
