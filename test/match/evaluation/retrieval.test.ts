import { expect, test } from 'vitest';
import {
  clusterDescriptors,
  normalizedMutualInformation,
  scoreClustering,
  scoreRetrieval,
} from '../../../src/match/evaluation/index.ts';
import { toDescriptors } from '../descriptors.ts';

const [A, B, C] = [1, 2, 3];

// On a line: A at 0, 1, 5; B at 2.5, 6; C at 20 alone.
const LINE = { descriptors: toDescriptors([[0], [1], [5], [2.5], [6], [20]]), labels: [A, A, A, B, B, C] };

test('retrieval within one set is scored without the query itself and without lone queries', async () => {
  // 0 and 1 have A then B nearest (R = 2); 5 has B, B; 2.5 has A; 6 has A then B (R = 1).
  expect(await scoreRetrieval(LINE, { recallAt: [1, 2, 4] })).toEqual({
    queries: 5,
    loneQueries: 1,
    precisionAt1: 2 / 5,
    recallAt: { 1: 2 / 5, 2: 3 / 5, 4: 1 },
    rPrecision: (0.5 + 0.5) / 5,
    mapAtR: (0.5 + 0.5) / 5,
  });
});

test('MAP@R counts where among the R nearest the hits are, R-precision does not', async () => {
  const query = { descriptors: toDescriptors([[0]]), labels: [A] };
  const references = { descriptors: toDescriptors([[0.1], [0.2], [0.3]]), labels: [B, A, A] };
  const score = await scoreRetrieval(query, { references, recallAt: [1, 2] });
  expect(score).toMatchObject({ queries: 1, precisionAt1: 0, rPrecision: 0.5, mapAtR: 0.25 });
  expect(score.recallAt).toEqual({ 1: 0, 2: 1 });
});

test('a query in a set of its own is not taken for its twin among the references', async () => {
  const query = { descriptors: toDescriptors([[0]]), labels: [A] };
  const references = { descriptors: toDescriptors([[0], [1]]), labels: [A, B] };
  expect(await scoreRetrieval(query, { references })).toMatchObject({ precisionAt1: 1, loneQueries: 0 });
});

test('twins within one set find each other, not themselves', async () => {
  const twins = { descriptors: toDescriptors([[0], [0], [0], [9]]), labels: [A, A, A, B] };
  expect(await scoreRetrieval(twins)).toMatchObject({ queries: 3, mapAtR: 1, rPrecision: 1 });
});

test('queries that are all alone have no score', async () => {
  await expect(scoreRetrieval({ descriptors: toDescriptors([[0], [1]]), labels: [A, B] })).rejects.toThrow(
    'Expected at least one query with a reference of its class but received none',
  );
  await expect(scoreRetrieval({ ...LINE, labels: [A] })).rejects.toThrow(
    'Expected 6 labels for queries, one a descriptor, but received 1',
  );
});

test('mutual information is 1 for the same groups by other names, 0 for independent ones', () => {
  expect(normalizedMutualInformation([0, 0, 1, 1], [7, 7, 3, 3])).toBeCloseTo(1, 12);
  expect(normalizedMutualInformation([0, 0, 1, 1], [0, 1, 0, 1])).toBeCloseTo(0, 12);
  expect(normalizedMutualInformation([0, 0], [5, 5])).toBe(1);
});

test('mutual information is divided by the mean of the entropies', () => {
  const [first, second] = [Math.LN2, 0.75 * Math.log(4 / 3) + 0.25 * Math.log(4)];
  const joint = 0.5 * Math.LN2 + 0.5 * Math.log(4);
  expect(normalizedMutualInformation([0, 0, 1, 1], [0, 0, 0, 1])).toBeCloseTo(
    (first + second - joint) / ((first + second) / 2),
    12,
  );
});

test('k-means finds groups that lie apart, whatever the seed', () => {
  const points = toDescriptors([
    [0, 0],
    [0, 1],
    [9, 9],
    [9, 8],
    [0, 20],
    [1, 20],
  ]);
  for (const seed of [1, 2, 3]) {
    const [a, b, c, d, e, f] = clusterDescriptors(points, 3, { seed });
    expect([a === b, c === d, e === f]).toEqual([true, true, true]);
    expect(new Set([a, c, e]).size).toBe(3);
  }
  expect(scoreClustering(points, [0, 0, 1, 1, 2, 2])).toBeCloseTo(1, 12);
});

test('k-means copes with fewer different points than clusters', () => {
  const clusters = clusterDescriptors(toDescriptors([[1], [1], [1]]), 2);
  expect(clusters.every((cluster) => cluster >= 0 && cluster < 2)).toBe(true);
  expect(() => clusterDescriptors(toDescriptors([[1]]), 2)).toThrow('for count but received 2');
});
