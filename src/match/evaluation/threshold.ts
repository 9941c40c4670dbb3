import { checkRate } from './rate.ts';
import { rankPairs, toScores } from './scores.ts';

/** A distance up to which pairs count as the same, with what it did to the pairs it was chosen on. */
export interface ChosenThreshold {
  readonly threshold: number;
  /** Share of the differing pairs at or below it; at most what was asked for. */
  readonly falsePositiveRate: number;
  /** Share of the same pairs at or below it. */
  readonly truePositiveRate: number;
}

/**
 * The greatest distance that lets at most `falsePositiveRate` of the differing pairs through, half way to the next pair
 * of those given.
 *
 * @param distances of pairs that the threshold will not be judged on
 * @param same 1 or true for the pairs that are the same
 * @throws {RangeError} where there are too few differing pairs for such a rate: at least its inverse are needed
 * @example
 * import { chooseThreshold } from 'whither/evaluate';
 *
 * const { threshold, truePositiveRate } = chooseThreshold(distances, same, 0.01);
 * console.log(`${truePositiveRate} of the same pairs are at most ${threshold} apart`);
 */
export function chooseThreshold(
  distances: ArrayLike<number>,
  same: ArrayLike<number | boolean>,
  falsePositiveRate: number,
): ChosenThreshold {
  checkRate(falsePositiveRate, 'falsePositiveRate');
  const { order, positives, negatives } = rankPairs({ scores: toScores(distances), same });
  const allowed = Math.floor(falsePositiveRate * negatives + 1e-9);
  if (allowed < 1)
    throw new RangeError(
      `Expected at least ${Math.ceil(1 / falsePositiveRate)} differing pairs for a falsePositiveRate of ` +
        `${falsePositiveRate} but received ${negatives}`,
    );
  let [passed, accepted, n] = [0, 0, 0];
  // Pairs of one distance pass together or not at all.
  for (let end: number; n < order.length; n = end) {
    end = endOfTie(distances, order, n);
    const differing = countDiffering(same, order, n, end);
    if (passed + differing > allowed) break;
    passed += differing;
    accepted += end - n - differing;
  }
  const threshold =
    n === 0
      ? distances[order[0]] - 1
      : n === order.length
        ? distances[order[n - 1]]
        : (distances[order[n - 1]] + distances[order[n]]) / 2;
  return { threshold, falsePositiveRate: passed / negatives, truePositiveRate: accepted / positives };
}

function endOfTie(distances: ArrayLike<number>, order: Int32Array, start: number): number {
  let end = start + 1;
  while (end < order.length && distances[order[end]] === distances[order[start]]) end++;
  return end;
}

function countDiffering(
  same: ArrayLike<number | boolean>,
  order: Int32Array,
  start: number,
  end: number,
): number {
  let count = 0;
  for (let n = start; n < end; n++) if (!same[order[n]]) count++;
  return count;
}
