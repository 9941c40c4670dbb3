import { expect, test } from 'vitest';
import {
  fitMahalanobis,
  metricNames,
  pairwiseDistances,
  vectorDistance,
} from '../../../src/match/metric/index.ts';
import { descriptorAt } from '../../../src/match/metric/pairwise.ts';
import { resolveMetric } from '../../../src/match/metric/metrics.ts';
import type { Metric, PlainMetricName } from '../../../src/match/metric/index.ts';
import { TOLERANCE } from '../../tolerances.ts';
import { randomDescriptors, toDescriptors } from '../descriptors.ts';

const A = randomDescriptors(37, 19, 1);
const B = randomDescriptors(23, 19, 2);

const METRICS: Metric[] = metricNames
  .filter((kind) => kind !== 'lda')
  .map((kind) =>
    kind === 'mahalanobis'
      ? fitMahalanobis(randomDescriptors(60, 19, 3))
      : resolveMetric(kind as PlainMetricName),
  );

test.each(METRICS)('the matrix of $kind has the distance of every pair', async (metric) => {
  const { rows, columns, data } = await pairwiseDistances(A, B, metric);
  expect([rows, columns]).toEqual([37, 23]);
  const wanted = Array.from({ length: rows * columns }, (_, at) =>
    vectorDistance(metric, descriptorAt(A, Math.floor(at / columns)), descriptorAt(B, at % columns)),
  );
  expect(data).toBeCloseToArray(wanted, TOLERANCE.distance);
});

test('more rows than one block holds keep their places', async () => {
  const many = randomDescriptors(2500, 3, 5);
  const { data } = await pairwiseDistances(many, toDescriptors([[0, 0, 0]]), 'squared-l2');
  const wanted = Array.from({ length: 2500 }, (_, i) =>
    vectorDistance('squared-l2', descriptorAt(many, i), [0, 0, 0]),
  );
  expect(data).toBeCloseToArray(wanted, TOLERANCE.distance);
});

test('vectors of length 0 follow the same conventions in the matrix', async () => {
  const zero = toDescriptors([
    [0, 0],
    [1, 2],
  ]);
  for (const kind of ['cosine', 'angular'] as const) {
    const { data } = await pairwiseDistances(zero, zero, kind);
    const wanted = [0, 1, 2, 3].map((at) =>
      vectorDistance(kind, descriptorAt(zero, at >> 1), descriptorAt(zero, at & 1)),
    );
    expect(data).toBeCloseToArray(wanted, TOLERANCE.distance);
  }
});

test.each([
  [toDescriptors([]), B, 'Expected at least one descriptor for a but received 0 of 0 values'],
  [A, randomDescriptors(4, 18, 1), 'Expected descriptors of one length but received 19 and 18 values'],
  [{ ...A, count: 36 }, B, 'Expected 36 x 19 values for a but received 703'],
  [null as never, B, 'Expected descriptors for a but received null'],
])('bad descriptors are refused (%#)', async (a, b, message) => {
  await expect(pairwiseDistances(a, b)).rejects.toThrow(message);
});
