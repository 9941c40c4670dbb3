import { createRandom } from './random.ts';

/**
 * Draws samples, first from the best correspondences only, then from ever more (PROSAC, Chum and Matas 2005): each
 * draw holds the newest of the pool, until the pool is all.
 *
 * @param order indices, the best first; all equally good where `null`
 * @param growth draws after which a plain sampler would have seen all; the pool grows with the paper's schedule
 */
export function createSampler(
  count: number,
  size: number,
  order: Uint32Array | null,
  seed: number,
  growth = 20000,
): () => number[] {
  const random = createRandom(seed);
  const sample: number[] = [];
  let pool = order ? size : count;
  // The mean number of plain draws that hold nothing outside the pool.
  let expectedDraws = growth;
  for (let i = 0; i < size; i++) expectedDraws *= (size - i) / (count - i);
  let allowed = 1;
  let drawn = 0;
  return () => {
    drawn++;
    let newest = -1;
    if (order) {
      while (drawn > allowed && pool < count) {
        const next = (expectedDraws * (pool + 1)) / (pool + 1 - size);
        allowed += Math.ceil(next - expectedDraws);
        expectedDraws = next;
        pool++;
      }
      if (pool < count) newest = pool - 1;
    }
    sample.length = 0;
    if (newest >= 0) sample.push(newest);
    while (sample.length < size) {
      const i = Math.floor(random() * (newest >= 0 ? newest : count));
      if (!sample.includes(i)) sample.push(i);
    }
    return order ? sample.map((i) => order[i]) : sample;
  };
}

/** Indices by falling score, ties by index; null where all scores are one. */
export function orderByScore(scores: Float32Array): Uint32Array | null {
  if (scores.every((score) => score === scores[0])) return null;
  const order = Uint32Array.from(scores, (_, i) => i);
  return order.sort((i, j) => scores[j] - scores[i] || i - j);
}
