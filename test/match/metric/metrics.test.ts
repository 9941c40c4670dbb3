import { expect, test } from 'vitest';
import { metricNames, similarityOf, vectorDistance } from '../../../src/match/metric/index.ts';
import type { LearnedMetric, Metric, MetricChoice } from '../../../src/match/metric/index.ts';
import { resolveMetric } from '../../../src/match/metric/metrics.ts';

const STRETCH: LearnedMetric = {
  kind: 'mahalanobis',
  length: 2,
  rank: 2,
  projection: Float64Array.of(2, 0, 0, 1),
};

test.each<[MetricChoice, number]>([
  ['l1', 7],
  ['l2', 5],
  ['squared-l2', 25],
  ['dot', 0],
  ['cosine', 1],
  ['angular', 0.5],
  [{ kind: 'rbf', gamma: 0.04 }, 1 - Math.exp(-1)],
  [STRETCH, Math.hypot(6, 4)],
  [{ ...STRETCH, kind: 'lda', rank: 1, projection: Float64Array.of(0, 1) }, 4],
])('%j of (3, 0) and (0, 4) is %d', (metric, wanted) => {
  expect(vectorDistance(metric, [3, 0], [0, 4])).toBeCloseTo(wanted, 12);
});

test('dot and cosine tell length and direction apart', () => {
  expect(vectorDistance('dot', [1, 2], [3, 4])).toBe(-11);
  expect(vectorDistance('cosine', [1, 2], [2, 4])).toBeCloseTo(0, 12);
  expect(vectorDistance('cosine', [1, 0], [-2, 0])).toBeCloseTo(2, 12);
  expect(vectorDistance('angular', [1, 0], [-2, 0])).toBeCloseTo(1, 12);
});

const METRICS = metricNames.map((kind): Metric =>
  kind === 'mahalanobis' || kind === 'lda'
    ? { ...STRETCH, kind }
    : kind === 'rbf'
      ? { kind, gamma: 0.5 }
      : { kind },
);

test.each(METRICS)(
  '$kind is symmetric, and a vector is no further from itself than from another',
  (metric) => {
    const [a, b] = [
      [0.6, 0.8],
      [-0.8, 0.6],
    ];
    expect(vectorDistance(metric, a, b)).toBe(vectorDistance(metric, b, a));
    expect(vectorDistance(metric, a, a)).toBeLessThan(vectorDistance(metric, a, b));
    expect(similarityOf(metric, vectorDistance(metric, a, a))).toBeGreaterThan(
      similarityOf(metric, vectorDistance(metric, a, b)),
    );
  },
);

test.each(METRICS)('$kind of vectors of length 0 is a number, the least against another such', (metric) => {
  const both = vectorDistance(metric, [0, 0], [0, 0]);
  const one = vectorDistance(metric, [0, 0], [1, 2]);
  expect(both).toBeCloseTo(0, 12);
  expect(one).toBeGreaterThanOrEqual(both);
});

test('scores are the dot product, the cosine, the kernel, or minus the distance', () => {
  expect(similarityOf({ kind: 'dot' }, vectorDistance('dot', [1, 2], [3, 4]))).toBe(11);
  expect(similarityOf({ kind: 'cosine' }, vectorDistance('cosine', [1, 0], [3, 4]))).toBeCloseTo(0.6, 12);
  expect(similarityOf({ kind: 'angular' }, 0.25)).toBe(0.75);
  expect(similarityOf({ kind: 'rbf', gamma: 1 }, vectorDistance('rbf', [1], [0]))).toBeCloseTo(
    Math.exp(-1),
    12,
  );
  expect(similarityOf({ kind: 'l2' }, 3)).toBe(-3);
});

test.each([
  ['euclid', 'Expected one of l1, l2, squared-l2'],
  ['lda', 'Expected a fitted metric for metric but received "lda" (string): fit one with fitLda'],
  [{ kind: 'rbf', gamma: 0 }, 'Expected a number above 0 for metric.gamma but received 0'],
  [{ kind: 'rbf' }, 'Expected a finite number for metric.gamma but received undefined'],
  [{ ...STRETCH, rank: 3 }, 'Expected 3 x 2 values for metric.projection but received 4'],
  [{ ...STRETCH, projection: [1, 2, 3, 4] }, 'Expected a Float64Array for metric.projection'],
])('the metric %j is refused', (metric, message) => {
  expect(() => resolveMetric(metric as MetricChoice)).toThrow(message);
});

test('vectors of different lengths are refused, and those that a learned metric was not fitted to', () => {
  expect(() => vectorDistance('l2', [1], [1, 2])).toThrow(
    'Expected vectors of one length but received 1 and 2 values',
  );
  expect(() => vectorDistance(STRETCH, [1, 2, 3], [1, 2, 3])).toThrow(
    'Expected descriptors of 2 values, to which the mahalanobis metric was fitted, but received 3',
  );
});
