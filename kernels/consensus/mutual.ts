import type { AllPairsVolume } from '../correlation/index.ts';

/**
 * Soft mutual nearest neighbours (Rocco 2018): a score counts in full where it is the best of its row and of its column.
 * Negative scores count as 0. `mutualReference` is the definition.
 *
 * @example
 * import { correlateAllPairs, filterMutual } from 'whither/kernels';
 *
 * const filtered = filterMutual(await correlateAllPairs(mapA, mapB));
 */
export function filterMutual(volume: AllPairsVolume): AllPairsVolume {
  const { heightA, widthA, heightB, widthB, data } = volume;
  const [cellsA, cellsB] = [heightA * widthA, heightB * widthB];
  const bestInB = new Float32Array(cellsA);
  const bestInA = new Float32Array(cellsB);
  for (let i = 0, k = 0; i < cellsA; i++)
    for (let j = 0; j < cellsB; j++, k++) {
      const score = data[k];
      if (score > bestInB[i]) bestInB[i] = score;
      if (score > bestInA[j]) bestInA[j] = score;
    }
  const out = new Float32Array(data.length);
  for (let i = 0, k = 0; i < cellsA; i++)
    for (let j = 0; j < cellsB; j++, k++) {
      const score = data[k];
      if (score > 0) out[k] = score * (score / bestInB[i]) * (score / bestInA[j]);
    }
  return { heightA, widthA, heightB, widthB, data: out };
}
