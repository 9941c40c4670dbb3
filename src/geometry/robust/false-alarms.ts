/** log10 of the factorials' quotient n! / (k! (n - k)!). */
function logChoose(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= k; i++) sum += Math.log10((n - k + i) / i);
  return sum;
}

/**
 * The decimal logarithm of the mean number of geometries with as many inliers that correspondences without any
 * geometry would hold: below 0 it stands out, and the lower the more (Moisan and Stival 2004).
 *
 * @param count correspondences
 * @param inliers those that agree
 * @param sampleSize those that determine the geometry
 * @param chance the probability that a random point agrees, from 0 to 1
 * @param solutions geometries that one sample can give
 * @example
 * import { logFalseAlarms, toConfidence } from 'whither/geometry';
 *
 * const chance = (Math.PI * 3 ** 2) / (640 * 480); // of a random point to lie within 3 pixels
 * const confidence = toConfidence(logFalseAlarms(200, 60, 4, chance));
 */
export function logFalseAlarms(
  count: number,
  inliers: number,
  sampleSize: number,
  chance: number,
  solutions = 1,
): number {
  if (inliers <= sampleSize) return Infinity;
  const trials = Math.log10(solutions * (count - sampleSize));
  return (
    trials +
    logChoose(count, inliers) +
    logChoose(inliers, sampleSize) +
    (inliers - sampleSize) * Math.log10(Math.max(chance, 1e-12))
  );
}

/**
 * Near the logistic regression of `bench/match/certainty.ts` over all of its pairs, on the logarithm of the orders of
 * magnitude below one false alarm.
 */
const [OFFSET, SLOPE] = [-4.9, 3.2];

/**
 * The share of results with as few false alarms that are right, 0 to 1.
 *
 * @example
 * import { fitHomography, toConfidence } from 'whither/geometry';
 *
 * const { logFalseAlarms } = fitHomography(correspondences);
 * console.log(`right with probability ${toConfidence(logFalseAlarms)}`);
 */
export function toConfidence(logAlarms: number): number {
  if (!(logAlarms < 0)) return 0;
  return 1 / (1 + Math.exp(-(OFFSET + SLOPE * Math.log(-logAlarms))));
}
