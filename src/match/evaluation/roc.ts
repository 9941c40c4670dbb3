import { rankPairs } from './scores.ts';
import type { ScoredPairs } from './scores.ts';

/** The receiver operating characteristic: what each threshold lets through. */
export interface RocCurve {
  /** Share of the differing pairs at or above each threshold, rising from 0 to 1. */
  readonly falsePositiveRate: Float64Array;
  /** Share of the same pairs at or above it, rising from 0 to 1. */
  readonly truePositiveRate: Float64Array;
  /** Falling; the first is infinite and lets nothing through. Pairs of equal score share one. */
  readonly thresholds: Float64Array;
}

/**
 * One point for every different score, and (0, 0) before them.
 *
 * @example
 * import { rocCurve } from 'whither/evaluate';
 *
 * const curve = rocCurve({ scores: [0.9, 0.8, 0.3], same: [true, false, true] });
 * const { falsePositiveRate, truePositiveRate, thresholds } = curve;
 */
export function rocCurve(pairs: ScoredPairs): RocCurve {
  const { order, positives, negatives } = rankPairs(pairs);
  const points: [number, number, number][] = [[0, 0, Infinity]];
  let [truePositives, falsePositives] = [0, 0];
  for (let n = 0; n < order.length; n++) {
    const i = order[n];
    if (pairs.same[i]) truePositives++;
    else falsePositives++;
    const last = n + 1 === order.length || pairs.scores[order[n + 1]] !== pairs.scores[i];
    if (last) points.push([falsePositives / negatives, truePositives / positives, pairs.scores[i]]);
  }
  return {
    falsePositiveRate: Float64Array.from(points, ([rate]) => rate),
    truePositiveRate: Float64Array.from(points, ([, rate]) => rate),
    thresholds: Float64Array.from(points, ([, , threshold]) => threshold),
  };
}

/**
 * The area under the ROC curve, 0 to 1: the chance that a pair that is the same scores above one that is not, ties
 * counting half.
 *
 * @example
 * import { areaUnderRoc } from 'whither/evaluate';
 *
 * const area = areaUnderRoc({ scores: [0.9, 0.8, 0.3], same: [true, false, false] }); // 1
 */
export function areaUnderRoc(pairs: ScoredPairs): number {
  const { falsePositiveRate: x, truePositiveRate: y } = rocCurve(pairs);
  let area = 0;
  for (let i = 1; i < x.length; i++) area += ((x[i] - x[i - 1]) * (y[i] + y[i - 1])) / 2;
  return area;
}

/**
 * The rate at which the curve's straight pieces have as many false accepts as false rejects, 0 to 1.
 *
 * @example
 * import { equalErrorRate } from 'whither/evaluate';
 *
 * const rate = equalErrorRate({ scores: [0.9, 0.4, 0.6, 0.1], same: [true, true, false, false] }); // 0.5
 */
export function equalErrorRate(pairs: ScoredPairs): number {
  const { falsePositiveRate: x, truePositiveRate: y } = rocCurve(pairs);
  // 1 - y falls to 0 while x rises to 1, so they cross on some piece.
  let i = 1;
  while (x[i] + y[i] < 1) i++;
  const before = 1 - y[i - 1] - x[i - 1];
  const after = 1 - y[i] - x[i];
  const t = before === after ? 0 : before / (before - after);
  return x[i - 1] + t * (x[i] - x[i - 1]);
}
