import { checkRate } from './rate.ts';
import { rankPairs } from './scores.ts';
import type { ScoredPairs } from './scores.ts';

/**
 * The share of differing pairs that score at least as high as the threshold which lets `recall` of the same pairs in;
 * FPR95 of the patch literature (Brown, Hua and Winder 2011) at 0.95.
 *
 * @param recall above 0, at most 1; defaults to 0.95
 * @example
 * import { falsePositiveRateAtRecall, toScores } from 'whither/evaluate';
 *
 * const scores = toScores([0.2, 0.4, 0.3, 0.9]);
 * const fpr95 = falsePositiveRateAtRecall({ scores, same: [true, true, false, false] }, 0.95); // 0.5
 */
export function falsePositiveRateAtRecall(pairs: ScoredPairs, recall = 0.95): number {
  checkRate(recall, 'recall', true);
  const { order, positives, negatives } = rankPairs(pairs);
  // Rounding must not ask for one more than meant: 0.95 * 20 is 19.000000000000000x elsewhere.
  const needed = Math.ceil(recall * positives - 1e-9);
  let found = 0;
  let n = 0;
  for (; found < needed; n++) if (pairs.same[order[n]]) found++;
  const limit = pairs.scores[order[n - 1]];
  let passed = 0;
  for (let i = 0; i < pairs.scores.length; i++) if (!pairs.same[i] && pairs.scores[i] >= limit) passed++;
  return passed / negatives;
}

/**
 * The mean of the precisions at each pair that is the same, in order of falling score, 0 to 1; the step-wise area under
 * the precision-recall curve. Ties count against.
 *
 * @example
 * import { averagePrecision } from 'whither/evaluate';
 *
 * const precision = averagePrecision({ scores: [0.9, 0.8, 0.3], same: [true, false, true] }); // (1 + 2 / 3) / 2
 */
export function averagePrecision(pairs: ScoredPairs): number {
  const { order, positives } = rankPairs(pairs);
  let [found, sum] = [0, 0];
  for (let n = 0; n < order.length; n++)
    if (pairs.same[order[n]]) {
      found++;
      sum += found / (n + 1);
    }
  return sum / positives;
}
