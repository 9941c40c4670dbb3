import { expect, test } from 'vitest';
import { createNearestIndex, findNearest } from '../../../src/match/search/index.ts';
import { loadUsearch } from '../../../src/match/search/index-library.ts';
import { randomDescriptors, toDescriptors } from '../descriptors.ts';

const LINE = toDescriptors([[0], [10], [4], [5], [4]]);

test('the nearest come first, and of equals the lower index', async () => {
  const { indices, distances, k } = await findNearest(toDescriptors([[4.4], [-1]]), LINE, { k: 3 });
  expect(k).toBe(3);
  expect([...indices]).toEqual([2, 4, 3, 0, 2, 4]);
  expect(distances).toBeCloseToArray([0.4, 0.4, 0.6, 1, 5, 5], 1e-5);
});

test('as many neighbours as there are descriptors is an order of all of them', async () => {
  const { indices } = await findNearest(toDescriptors([[11]]), LINE, { k: 5 });
  expect([...indices]).toEqual([1, 3, 2, 4, 0]);
});

test('the metric decides who is near', async () => {
  const base = toDescriptors([
    [10, 1],
    [0.5, 0.5],
  ]);
  const query = toDescriptors([[1, 0]]);
  expect((await findNearest(query, base)).indices[0]).toBe(1);
  expect((await findNearest(query, base, { metric: 'cosine' })).indices[0]).toBe(0);
});

test.each([
  [{ k: 0 }, 'Expected an integer from 1 to 5 for k but received 0'],
  [{ k: 6 }, 'Expected an integer from 1 to 5 for k but received 6'],
])('%j is refused', async (options, message) => {
  await expect(findNearest(toDescriptors([[1]]), LINE, options)).rejects.toThrow(message);
});

test('a base too large for brute force is sent to the index', async () => {
  const base = { count: 100_001, length: 1, data: new Float32Array(100_001) };
  await expect(findNearest(toDescriptors([[1]]), base)).rejects.toThrow(
    'Expected at most 100000 descriptors for base but received 100001: build an index with createNearestIndex',
  );
});

test('without its package an index says what to install', async () => {
  await expect(loadUsearch('usearch-that-is-not-there')).rejects.toThrow(
    /^Expected the package usearch for an index but .*: run npm install usearch/,
  );
});

const usearch = await loadUsearch().catch(() => undefined);

test.skipIf(!usearch)(
  'an index finds nearly all of what brute force finds, at the same distances',
  async () => {
    const base = randomDescriptors(2000, 16, 7);
    const queries = randomDescriptors(100, 16, 8);
    const index = await createNearestIndex(base, { threads: 1 });
    expect(index.size).toBe(2000);
    const found = index.search(queries, 5);
    const exact = await findNearest(queries, base, { k: 5 });
    let shared = 0;
    for (let i = 0; i < 100; i++) {
      const wanted = new Set(exact.indices.subarray(i * 5, i * 5 + 5));
      for (let n = 0; n < 5; n++) if (wanted.has(found.indices[i * 5 + n])) shared++;
    }
    expect(shared / 500).toBeGreaterThan(0.95);
    expect(found.distances[0]).toBeCloseTo(exact.distances[0], 4);
  },
);

test.skipIf(!usearch)('an index follows no l1', async () => {
  await expect(createNearestIndex(LINE, { metric: 'l1' })).rejects.toThrow('Expected a metric other than l1');
});
