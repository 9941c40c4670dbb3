/**
 * Numbers from 0 to below 1 that depend on the seed alone (mulberry32, Ettinger 2017).
 *
 * @example
 * import { createRandom } from 'whither/geometry';
 *
 * const random = createRandom(7);
 * const points = Float64Array.from({ length: 200 }, () => 640 * random());
 */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
