import type { FlowField, Mask, OptionNames } from '../../core/index.ts';
import { checkFlow, checkGrid, checkOptions, checkSameSize, knownPixels } from '../../core/index.ts';

/** Options of `scoreFlow`. */
export interface ScoreOptions {
  /** Pixels that the second frame does not show; without it nothing is known of matched and unmatched. */
  readonly occluded?: Mask;
}

const OPTIONS: OptionNames<ScoreOptions> = { occluded: true };

/**
 * How far a flow is from the truth. All figures are over the pixels where both are known; null where there
 * are no such pixels, or none in that group.
 */
export interface FlowScore {
  /** Mean end-point error in pixels: the distance between flow and truth (Otte and Nagel 1994). */
  readonly epe: number | null;
  /** Mean end-point error over the pixels that both frames show (Sintel's "matched"), in pixels. */
  readonly epeMatched: number | null;
  /** Mean end-point error over the occluded pixels (Sintel's "unmatched"), in pixels. */
  readonly epeUnmatched: number | null;
  /** Percent of outliers: error above 3 px and above 5 % of the true length (KITTI 2015's Fl). */
  readonly fl: number | null;
  /** Percent of pixels with an error below 1 px. */
  readonly px1: number | null;
  /** Percent of pixels with an error below 3 px. */
  readonly px3: number | null;
  /** Percent of pixels with an error below 5 px. */
  readonly px5: number | null;
  /** Mean angle between (u, v, 1) of flow and truth, in degrees (Barron 1994; Baker 2011, section 3). */
  readonly angularError: number | null;
  /** Mean end-point error where the true length is below 10 px (Butler 2012). */
  readonly s0_10: number | null;
  /** Mean end-point error where the true length is 10 to 40 px, both ends included (Butler 2012). */
  readonly s10_40: number | null;
  /** Mean end-point error where the true length is above 40 px (Butler 2012). */
  readonly s40plus: number | null;
  /**
   * Weighted area under the curve of inliers, 0 to 100 (VIPER, Richter 2017): the shares of pixels with an
   * error of at most 0.05, 0.10, ... 5.00 px, weighted by 1, 0.99, ... 0.01.
   */
  readonly wauc: number | null;
  /** Pixels that entered the figures. */
  readonly validPixels: number;
  /** Pixels with a known truth that were left out since the flow has no value there. */
  readonly missingPixels: number;
}

/**
 * Scores a flow against the truth. Pixels with no known truth are left out; pixels that the flow leaves
 * unknown as well, counted in `missingPixels`.
 *
 * @throws ShapeError when flow, truth or mask differ in size
 * @example
 * import { readFlow } from 'whither';
 * import { scoreFlow } from 'whither/evaluate';
 *
 * const { epe, fl } = scoreFlow(flow, await readFlow('truth.png'));
 * console.log(`off by ${epe} pixels on average`, fl);
 */
export function scoreFlow(flow: FlowField, truth: FlowField, options: ScoreOptions = {}): FlowScore {
  checkOptions(options, OPTIONS, 'scoreFlow');
  checkFlow(flow, 'flow');
  checkFlow(truth, 'truth');
  checkSameSize(flow, 'flow', truth, 'truth');
  if (options.occluded) {
    checkGrid(options.occluded, 1, 'occluded');
    checkSameSize(options.occluded, 'occluded', truth, 'truth');
  }
  return summarize(accumulate(flow, truth, options.occluded));
}

const WAUC_STEPS = 100;
const WAUC_LIMIT = 5;

/** A sum of end-point errors and the number of pixels in it. */
interface Mean {
  sum: number;
  count: number;
}

interface Totals {
  readonly all: Mean;
  readonly matched: Mean;
  readonly unmatched: Mean;
  /** By true length: below 10, 10 to 40, above 40 px. */
  readonly speeds: readonly [Mean, Mean, Mean];
  /** Pixels whose error is at most `(i + 1) / 20` px and above `i / 20` px. */
  readonly histogram: Float64Array;
  /** Pixels below 1, 3 and 5 px. */
  readonly inside: [number, number, number];
  outliers: number;
  angle: number;
  missing: number;
}

function accumulate(flow: FlowField, truth: FlowField, occluded?: Mask): Totals {
  const totals = createTotals();
  const known = knownPixels(flow);
  const knownTruth = knownPixels(truth);
  for (let i = 0; i < known.length; i++) {
    if (knownTruth[i] === 0) continue;
    if (known[i] === 0) {
      totals.missing++;
      continue;
    }
    const u = flow.data[i * 2];
    const v = flow.data[i * 2 + 1];
    const trueU = truth.data[i * 2];
    const trueV = truth.data[i * 2 + 1];
    const error = Math.sqrt((u - trueU) ** 2 + (v - trueV) ** 2);
    const speed = Math.sqrt(trueU * trueU + trueV * trueV);
    add(totals.all, error);
    add(totals.speeds[speed < 10 ? 0 : speed <= 40 ? 1 : 2], error);
    if (occluded) add(occluded.data[i] === 0 ? totals.matched : totals.unmatched, error);
    if (error > 3 && error > 0.05 * speed) totals.outliers++;
    countInside(totals, error);
    totals.angle += angleBetween(u, v, trueU, trueV);
  }
  return totals;
}

function createTotals(): Totals {
  const mean = (): Mean => ({ sum: 0, count: 0 });
  return {
    all: mean(),
    matched: mean(),
    unmatched: mean(),
    speeds: [mean(), mean(), mean()],
    histogram: new Float64Array(WAUC_STEPS),
    inside: [0, 0, 0],
    outliers: 0,
    angle: 0,
    missing: 0,
  };
}

function add(mean: Mean, error: number): void {
  mean.sum += error;
  mean.count++;
}

function countInside(totals: Totals, error: number): void {
  if (error < 1) totals.inside[0]++;
  if (error < 3) totals.inside[1]++;
  if (error < 5) totals.inside[2]++;
  if (error <= WAUC_LIMIT) {
    const step = Math.ceil((error * WAUC_STEPS) / WAUC_LIMIT) - 1;
    totals.histogram[Math.max(step, 0)]++;
  }
}

/** Radians between (u, v, 1) and the true one; the quotient may pass 1 by rounding. */
function angleBetween(u: number, v: number, trueU: number, trueV: number): number {
  const dot = u * trueU + v * trueV + 1;
  const norms = Math.sqrt((u * u + v * v + 1) * (trueU * trueU + trueV * trueV + 1));
  return Math.acos(Math.min(Math.max(dot / norms, -1), 1));
}

function summarize(totals: Totals): FlowScore {
  const { all, inside, speeds } = totals;
  const percent = (count: number): number | null => ratio(100 * count, all.count);
  return {
    epe: ratio(all.sum, all.count),
    epeMatched: ratio(totals.matched.sum, totals.matched.count),
    epeUnmatched: ratio(totals.unmatched.sum, totals.unmatched.count),
    fl: percent(totals.outliers),
    px1: percent(inside[0]),
    px3: percent(inside[1]),
    px5: percent(inside[2]),
    angularError: ratio((totals.angle * 180) / Math.PI, all.count),
    s0_10: ratio(speeds[0].sum, speeds[0].count),
    s10_40: ratio(speeds[1].sum, speeds[1].count),
    s40plus: ratio(speeds[2].sum, speeds[2].count),
    wauc: percent(weightedArea(totals.histogram)),
    validPixels: all.count,
    missingPixels: totals.missing,
  };
}

function ratio(sum: number, count: number): number | null {
  return count === 0 ? null : sum / count;
}

/** Pixels under the curve of inliers; weights 100 to 1, whole numbers, so that all pixels give all exactly. */
function weightedArea(histogram: Float64Array): number {
  let inliers = 0;
  let area = 0;
  let weights = 0;
  for (let i = 0; i < histogram.length; i++) {
    const weight = histogram.length - i;
    inliers += histogram[i];
    area += weight * inliers;
    weights += weight;
  }
  return area / weights;
}
