import { checkInteger } from '../correlation/index.ts';
import type { AllPairsVolume } from '../correlation/index.ts';

/**
 * The 4-D convolution of neighbourhood consensus (Rocco 2018) with the kernel that is 1 where both cells move alike
 * (`consensusReference` is the definition): a score becomes the sum of those of its neighbours in the same displacement.
 *
 * @param reach cells to each side, 0 or more
 * @example
 * import { consensus, correlateAllPairs } from 'whither/kernels';
 *
 * const agreed = consensus(await correlateAllPairs(mapA, mapB), 1);
 */
export function consensus(volume: AllPairsVolume, reach = 1): AllPairsVolume {
  checkInteger(reach, 'reach', 0, 64);
  const { heightA, widthA, heightB, widthB, data } = volume;
  const out = new Float32Array(data.length);
  const cellsB = heightB * widthB;
  const each = (dy: number, dx: number, ya: number, xa: number) => {
    const into = (ya * widthA + xa) * cellsB;
    const from = ((ya + dy) * widthA + xa + dx) * cellsB + dy * widthB + dx;
    const [left, right] = [Math.max(0, -dx), Math.min(widthB, widthB - dx)];
    for (let yb = Math.max(0, -dy); yb < Math.min(heightB, heightB - dy); yb++)
      for (let xb = left, k = yb * widthB + left; xb < right; xb++, k++) out[into + k] += data[from + k];
  };
  for (let dy = -reach; dy <= reach; dy++)
    for (let dx = -reach; dx <= reach; dx++)
      for (let ya = Math.max(0, -dy); ya < Math.min(heightA, heightA - dy); ya++)
        for (let xa = Math.max(0, -dx); xa < Math.min(widthA, widthA - dx); xa++) each(dy, dx, ya, xa);
  return { heightA, widthA, heightB, widthB, data: out };
}
