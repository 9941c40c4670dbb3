import type { Features } from '../types.ts';

/** The best partner of each feature of A among the candidates offered, and the best of its rivals. */
export interface Partners {
  /** The feature of B, -1 where there is none. */
  readonly index: Int32Array;
  /** Distance of the descriptors. */
  readonly first: Float32Array;
  /** That of the best rival; infinite where there is none. */
  readonly second: Float32Array;
  /** Offers feature `j` of B to feature `i` of A. */
  offer(i: number, j: number, distance: number): void;
}

/** Two features within so many pixels show one place, at two scales or in two directions: they are no rivals. */
const ONE_PLACE = 2;

/** @param most distance that no partner reaches */
export function createPartners(count: number, { keypoints: { points } }: Features, most: number): Partners {
  const index = new Int32Array(count).fill(-1);
  const first = new Float32Array(count).fill(most);
  const second = new Float32Array(count).fill(Infinity);
  const isRival = (i: number, j: number): boolean =>
    (points[2 * i] - points[2 * j]) ** 2 + (points[2 * i + 1] - points[2 * j + 1]) ** 2 > ONE_PLACE ** 2;
  return {
    ...{ index, first, second },
    offer(i, j, distance) {
      const best = index[i];
      if (distance < first[i]) {
        if (best >= 0 && isRival(best, j)) second[i] = first[i];
        first[i] = distance;
        index[i] = j;
      } else if (distance < second[i] && (best < 0 || isRival(best, j))) second[i] = distance;
    },
  };
}
