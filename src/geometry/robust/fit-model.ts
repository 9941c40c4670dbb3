import {
  checkInteger,
  checkOneOf,
  checkOptions,
  countCorrespondences,
  expected,
  normalizeHomography,
} from '../../core/index.ts';
import type { Correspondences, Matrix3 } from '../../core/index.ts';
import type { Estimator } from './estimator.ts';
import { ESTIMATORS } from './estimators.ts';
import { isDegenerate } from './degenerate-map.ts';
import { countPlaces, measureExtent, pickDistinct } from './distinct-places.ts';
import { logFalseAlarms, toConfidence } from './false-alarms.ts';
import { gather } from './linear-maps.ts';
import { denormalizeFundamental, denormalizeMap, meanDistance, normalizePoints } from '../linear/index.ts';
import type { NormalizedPoints } from '../linear/index.ts';
import { drawParallax } from './plane-parallax.ts';
import { createSampler, orderByScore } from './sampler.ts';
import { gainOf, weighErrors } from './score-errors.ts';
import { FIT_OPTIONS } from '../types.ts';
import type { FitOptions, GeometricModel, RobustFit } from '../types.ts';

type CheckedOptions = Required<FitOptions>;

/** The problem in coordinates of size 1, and memory for one geometry's errors and weights. */
interface Problem {
  readonly estimator: Estimator;
  readonly a: NormalizedPoints;
  readonly b: NormalizedPoints;
  readonly threshold: number;
  readonly errors: Float64Array;
  readonly weights: Float64Array;
}

interface Candidate {
  readonly matrix: Matrix3;
  readonly gain: number;
}

/**
 * Fits a geometry to correspondences of which many may be wrong: random samples, the best first (Chum and Matas
 * 2005), scored over all thresholds up to `threshold` (see `gainOf`), every new best improved on its own inliers (LO-RANSAC,
 * Chum 2003), until a better one is improbable; the winner is refined by Levenberg-Marquardt, at last with the weights
 * of least squares.
 *
 * A fundamental matrix is also looked for through the plane that most correspondences may lie in (DEGENSAC, Chum 2005).
 *
 * The result depends on its arguments alone. That nothing stands out from chance is a result too, with a `reason`.
 *
 * @throws {TypeError | RangeError} for options that make no sense
 * @example
 * import { fitModel } from 'whither/geometry';
 *
 * const { matrix, inliers, confidence } = fitModel('affine', correspondences, { threshold: 3, seed: 1 });
 */
export function fitModel(
  model: GeometricModel,
  correspondences: Correspondences,
  options: FitOptions = {},
): RobustFit {
  checkOneOf(model, 'model', Object.keys(ESTIMATORS) as GeometricModel[]);
  const estimator = ESTIMATORS[model];
  checkOptions(options, FIT_OPTIONS, 'fitModel');
  const checked = completeOptions(options, estimator);
  const count = countCorrespondences(correspondences);
  if (count < checked.minInliers)
    return failure(
      model,
      count,
      0,
      `${count} correspondences are fewer than the ${checked.minInliers} that a ${model} fit asks for`,
    );
  const problem = normalizeProblem(model, correspondences, checked.threshold);
  const { best: drawn, iterations } = searchDistinct(problem, correspondences, checked);
  const best = drawn && improve(problem, judge(problem, drawn.matrix));
  if (!best)
    return failure(model, count, iterations, `no sample of the ${count} correspondences gave a ${model}`);
  const sound = model === 'fundamental' ? leavePlane(problem, best, correspondences.scores, checked) : best;
  const matrix = settle(problem, polish(problem, sound));
  return conclude(model, problem, matrix, correspondences, checked, iterations);
}

/**
 * As {@link fitModel} of a homography from A to B.
 *
 * @example
 * import { fitHomography } from 'whither/geometry';
 *
 * const { matrix, inlierCount, reason } = fitHomography(correspondences, { threshold: 2 });
 * if (!matrix) console.log(reason);
 */
export const fitHomography = (correspondences: Correspondences, options: FitOptions = {}): RobustFit =>
  fitModel('homography', correspondences, options);

function completeOptions(options: FitOptions, { sampleSize }: Estimator): CheckedOptions {
  const {
    threshold = 3,
    confidence = 0.9999,
    maxIterations = 10000,
    seed = 1,
    minInliers = 2 * sampleSize + 2,
  } = options;
  if (!(typeof threshold === 'number' && threshold > 0 && threshold < Infinity))
    throw expected('a number of pixels above 0', 'threshold', threshold);
  if (!(typeof confidence === 'number' && confidence > 0 && confidence < 1))
    throw expected('a probability between 0 and 1', 'confidence', confidence);
  checkInteger(maxIterations, 'maxIterations', 1);
  checkInteger(seed, 'seed');
  checkInteger(minInliers, 'minInliers', sampleSize);
  return { threshold, confidence, maxIterations, seed, minInliers };
}

function failure(model: GeometricModel, count: number, iterations: number, reason: string): RobustFit {
  return {
    model,
    matrix: null,
    reason,
    inliers: new Uint8Array(count),
    inlierCount: 0,
    places: { all: 0, inliers: 0 },
    logFalseAlarms: Infinity,
    rmse: NaN,
    iterations,
    confidence: 0,
  };
}

/** Both images by one scale, so that distances stay comparable. */
function normalizeProblem(
  model: GeometricModel,
  { pointsA, pointsB }: Correspondences,
  threshold: number,
): Problem {
  const centerA = normalizePoints(pointsA, undefined, 1);
  const centerB = normalizePoints(pointsB, undefined, 1);
  const spread =
    (meanDistance(centerA.points, undefined, 0, 0) + meanDistance(centerB.points, undefined, 0, 0)) / 2;
  const scale = Math.SQRT2 / spread;
  const count = pointsA.length / 2;
  return {
    estimator: ESTIMATORS[model],
    a: normalizePoints(pointsA, undefined, scale),
    b: normalizePoints(pointsB, undefined, scale),
    threshold: threshold * scale,
    errors: new Float64Array(count),
    weights: new Float64Array(count),
  };
}

function judge({ estimator, a, b, threshold, errors }: Problem, matrix: Matrix3): Candidate {
  estimator.squaredErrors(matrix, a.points, b.points, errors);
  return { matrix, gain: gainOf(errors, threshold) };
}

/** Draws at least this many samples: a first lucky guess is seldom the best. */
const LEAST_DRAWS = 50;

/** A sample of inliers alone is not always close enough to the geometry to find the others: so many may be needed. */
const PATIENCE = 4;

/** Searches with one correspondence a place, lest four places with many correspondences each outweigh ten of one. */
function searchDistinct(
  problem: Problem,
  correspondences: Correspondences,
  options: CheckedOptions,
): { best: Candidate | null; iterations: number } {
  const distinct = pickDistinct(correspondences, orderByScore(correspondences.scores));
  if (distinct.length <= problem.estimator.sampleSize) return { best: null, iterations: 0 };
  const select = ({ points, ...rest }: NormalizedPoints) => ({ ...rest, points: gather(points, distinct) });
  const thinned: Problem = {
    ...problem,
    a: select(problem.a),
    b: select(problem.b),
    errors: new Float64Array(distinct.length),
    weights: new Float64Array(distinct.length),
  };
  const scores = Float32Array.from(distinct, (i) => correspondences.scores[i]);
  return search(thinned, scores, options);
}

function search(
  problem: Problem,
  scores: Float32Array,
  { seed, confidence, maxIterations, minInliers }: CheckedOptions,
): { best: Candidate | null; iterations: number } {
  const { estimator, a, b } = problem;
  const count = scores.length;
  const draw = createSampler(count, estimator.sampleSize, orderByScore(scores), seed);
  let best: Candidate | null = null;
  let sampledGain = 0;
  // What has fewer inliers than are asked for need not be found.
  let needed = Math.min(
    maxIterations,
    PATIENCE * drawsNeeded(Math.min(1, minInliers / count), estimator.sampleSize, confidence),
  );
  let iterations = 0;
  while (iterations < needed) {
    iterations++;
    for (const matrix of estimator.solveMinimal(a.points, b.points, draw())) {
      const candidate = judge(problem, matrix);
      if (candidate.gain <= sampledGain) continue;
      sampledGain = candidate.gain;
      const improved = improve(problem, candidate);
      if (best && improved.gain <= best.gain) continue;
      best = improved;
      const inliers = countInliers(problem, best.matrix);
      needed = Math.min(maxIterations, drawsNeeded(inliers / count, estimator.sampleSize, confidence));
    }
  }
  return { best, iterations };
}

/**
 * Samples that lie in one plane leave a fundamental matrix open, yet agree with all that lies in it. So the plane that
 * most correspondences share is looked for, and matrices that it and two correspondences off it determine compete.
 */
function leavePlane(
  problem: Problem,
  start: Candidate,
  scores: Float32Array,
  options: CheckedOptions,
): Candidate {
  const inPlane: Problem = { ...problem, estimator: ESTIMATORS.homography };
  const { best: plane } = search(inPlane, scores, { ...options, maxIterations: PLANE_DRAWS });
  if (!plane || countInliers(inPlane, plane.matrix) < countInliers(problem, start.matrix) / 2) return start;
  const { a, b, errors, threshold } = problem;
  inPlane.estimator.squaredErrors(plane.matrix, a.points, b.points, errors);
  const off = [...errors.keys()].filter((i) => errors[i] > OFF_PLANE * threshold ** 2);
  let best = start;
  let drawnGain = 0;
  for (const matrix of drawParallax(plane.matrix, a.points, b.points, off, options.seed)) {
    const drawn = judge(problem, matrix);
    if (drawn.gain <= drawnGain) continue;
    drawnGain = drawn.gain;
    const improved = improve(problem, drawn);
    if (improved.gain > best.gain) best = improved;
  }
  return best;
}

/** Enough for planes that matter: those that half of what agrees lies in. */
const PLANE_DRAWS = 500;

/** Squared thresholds from the plane beyond which the parallax of a correspondence tells a direction. */
const OFF_PLANE = 4;

/** Draws after which one of inliers alone was among them, with that probability. */
function drawsNeeded(share: number, sampleSize: number, confidence: number): number {
  const pure = share ** sampleSize;
  if (pure >= 1) return LEAST_DRAWS;
  return Math.max(LEAST_DRAWS, Math.ceil(Math.log(1 - confidence) / Math.log1p(-pure)));
}

/** Least squares on the inliers again and again, first of a wider threshold, while the gain rises. */
function improve(problem: Problem, start: Candidate): Candidate {
  const { estimator, a, b, threshold, errors, weights } = problem;
  let best = start;
  for (const factor of [2, 1.4, 1, 1, 1]) {
    estimator.squaredErrors(best.matrix, a.points, b.points, errors);
    if (weighErrors(errors, threshold * factor, weights) <= estimator.sampleSize) break;
    const matrix = estimator.solveAll(a.points, b.points, weights);
    if (!matrix) break;
    const candidate = judge(problem, matrix);
    if (candidate.gain > best.gain) best = candidate;
    else if (factor === 1) break;
  }
  return best;
}

/** Nonlinear least squares with new weights after each round, while the gain rises. */
function polish(problem: Problem, start: Candidate): Matrix3 {
  const { estimator, a, b, threshold, errors, weights } = problem;
  let best = start;
  for (let round = 0; round < 20; round++) {
    estimator.squaredErrors(best.matrix, a.points, b.points, errors);
    if (weighErrors(errors, threshold, weights) <= estimator.sampleSize) break;
    const matrix = estimator.refine(best.matrix, a.points, b.points, weights);
    if (!matrix) break;
    const candidate = judge(problem, matrix);
    if (candidate.gain <= best.gain * (1 + 1e-9)) break;
    best = candidate;
  }
  return best.matrix;
}

/** Rounds of {@link settle}. */
const SETTLING = 4;

/**
 * Least squares at last, which is the best where errors are those of measuring: the weights of Tukey's biweight, cut at
 * 4.685 times the deviation that the median of the errors tells.
 */
function settle(problem: Problem, start: Matrix3): Matrix3 {
  const { estimator, a, b, threshold, errors, weights } = problem;
  const before = countInliers(problem, start);
  let matrix = start;
  for (let round = 0; round < SETTLING; round++) {
    estimator.squaredErrors(matrix, a.points, b.points, errors);
    const inside = errors.filter((error) => error < threshold * threshold).sort();
    // The median distance of points that miss by a deviation of 1 each way is the root of 2 log 2.
    const deviation = Math.sqrt(inside[inside.length >> 1] / (2 * Math.LN2));
    const reach = Math.max(4.685 * deviation, 1e-3 * threshold) ** 2;
    for (let i = 0; i < errors.length; i++) weights[i] = errors[i] < reach ? (1 - errors[i] / reach) ** 2 : 0;
    const next = estimator.refine(matrix, a.points, b.points, weights);
    if (!next) break;
    matrix = next;
  }
  return countInliers(problem, matrix) >= 0.95 * before ? matrix : start;
}

function countInliers({ estimator, a, b, threshold, errors }: Problem, matrix: Matrix3): number {
  estimator.squaredErrors(matrix, a.points, b.points, errors);
  return errors.reduce((sum, error) => sum + (error < threshold * threshold ? 1 : 0), 0);
}

/** Geometries that chance would hold this often, as a power of ten, are none. */
const MOST_FALSE_ALARMS = -2;

function conclude(
  model: GeometricModel,
  problem: Problem,
  matrix: Matrix3,
  correspondences: Correspondences,
  { threshold, minInliers }: CheckedOptions,
  iterations: number,
): RobustFit {
  const { estimator, errors, a, b } = problem;
  const inlierCount = countInliers(problem, matrix);
  const count = errors.length;
  const inliers = Uint8Array.from(errors, (error) => (error < problem.threshold ** 2 ? 1 : 0));
  const places = countPlaces(correspondences, inliers);
  const chance = chanceOfAgreement(model, correspondences.pointsB, threshold);
  const solutions = model === 'fundamental' ? 3 : 1;
  const logAlarms = logFalseAlarms(places.all, places.inliers, estimator.sampleSize, chance, solutions);
  if (inlierCount < minInliers || logAlarms > MOST_FALSE_ALARMS)
    return failure(
      model,
      count,
      iterations,
      `the best ${model} agrees with ${inlierCount} of ${count} correspondences at ${places.inliers} distinct ` +
        `places, which chance explains too`,
    );
  if (model !== 'fundamental' && isDegenerate(matrix, a.points, inliers))
    return failure(model, count, iterations, `the best ${model} takes areas to lines or points`);
  const squares = errors.reduce((sum, error, i) => sum + (inliers[i] ? error : 0), 0);
  return {
    model,
    matrix:
      model === 'fundamental'
        ? denormalizeFundamental(matrix, a, b)
        : normalizeHomography(denormalizeMap(matrix, a, b)),
    inliers,
    inlierCount,
    places,
    logFalseAlarms: logAlarms,
    rmse: Math.sqrt(squares / inlierCount) / b.scale,
    iterations,
    confidence: toConfidence(logAlarms),
  };
}

/** The share of the ground that B's points cover in which a random point would be within the threshold. */
function chanceOfAgreement(model: GeometricModel, points: Float64Array, threshold: number): number {
  const extent = measureExtent(points);
  const [width, height] = [extent.width + 2 * threshold, extent.height + 2 * threshold];
  const agreeing =
    model === 'fundamental' ? 2 * threshold * Math.hypot(width, height) : Math.PI * threshold ** 2;
  return Math.min(1, agreeing / (width * height));
}
