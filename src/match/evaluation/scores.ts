import { ShapeError, expected } from '../../core/index.ts';

/** Scores of pairs, greater meaning more alike, and 1 (or true) for each pair that truly is the same. */
export interface ScoredPairs {
  readonly scores: ArrayLike<number>;
  readonly same: ArrayLike<number | boolean>;
}

/** Pairs in order of falling score, with their numbers of either kind. */
export interface RankedPairs {
  readonly order: Int32Array;
  readonly positives: number;
  readonly negatives: number;
}

/**
 * Checks the scores and sorts them. Of pairs with equal scores those that are not the same come first, so that ties
 * never flatter.
 *
 * @throws {ShapeError | TypeError | RangeError} where lengths differ, a score is NaN, or one of both kinds is absent
 */
export function rankPairs({ scores, same }: ScoredPairs): RankedPairs {
  if (scores.length !== same.length)
    throw new ShapeError(
      `Expected as many scores as truths but received ${scores.length} and ${same.length}`,
    );
  let positives = 0;
  for (let i = 0; i < scores.length; i++) {
    if (typeof scores[i] !== 'number' || Number.isNaN(scores[i]))
      throw expected('a number', `scores[${i}]`, scores[i]);
    if (same[i]) positives++;
  }
  const negatives = scores.length - positives;
  if (!positives || !negatives)
    throw new RangeError(
      `Expected pairs of both kinds but received ${positives} that are the same and ${negatives} that are not`,
    );
  const order = Int32Array.from({ length: scores.length }, (_, i) => i);
  order.sort((i, j) => scores[j] - scores[i] || Number(same[i]) - Number(same[j]));
  return { order, positives, negatives };
}

/**
 * Minus the distances, for functions that want scores.
 *
 * @example
 * import { areaUnderRoc, toScores } from 'whither/evaluate';
 *
 * const area = areaUnderRoc({ scores: toScores([0.1, 0.5]), same: [true, false] }); // 1
 */
export function toScores(distances: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: distances.length }, (_, i) => -distances[i]);
}
