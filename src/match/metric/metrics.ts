import { ShapeError, checkOneOf, expected } from '../../core/index.ts';

/** Metrics that need nothing but two vectors. */
export type PlainMetricName = 'l1' | 'l2' | 'squared-l2' | 'dot' | 'cosine' | 'angular';

/**
 * How far apart two vectors are, a closed union:
 *
 * - `l1`: sum of the absolute differences
 * - `l2`: Euclidean distance, `squared-l2`: its square
 * - `dot`: the distance is minus the dot product
 * - `cosine`: the distance is 1 - cos of the angle between the two, 0 to 2
 * - `angular`: that angle over pi, 0 to 1
 * - `rbf`: the distance is 1 - exp(-gamma * squared L2), 0 to 1
 * - `mahalanobis`, `lda`: learned (see `fitMahalanobis`, `fitLda`), Euclidean after a linear map
 *
 * Of vectors of length 0: the angle between two of them is 0, that with any other pi / 2.
 */
export type Metric = { readonly kind: PlainMetricName } | RbfMetric | LearnedMetric;

/** The radial basis function of the distance, exp(-gamma d^2). */
export interface RbfMetric {
  readonly kind: 'rbf';
  /** Above 0; 1 / gamma is the squared distance at which the kernel has fallen to 1 / e. */
  readonly gamma: number;
}

/** A metric learned from descriptors: the Euclidean distance of what `projection` makes of them. */
export interface LearnedMetric {
  readonly kind: 'mahalanobis' | 'lda';
  /** Values of a descriptor. */
  readonly length: number;
  /** Rows of the map. */
  readonly rank: number;
  /** `rank * length` values, row by row. */
  readonly projection: Float64Array;
}

/** A metric by its name, given or learned. */
export type MetricName = Metric['kind'];

/** All names of the union. */
export const metricNames: readonly MetricName[] = [
  'l1',
  'l2',
  'squared-l2',
  'dot',
  'cosine',
  'angular',
  'rbf',
  'mahalanobis',
  'lda',
];

/** A metric, or the name of one that needs nothing else. */
export type MetricChoice = Metric | PlainMetricName | 'rbf';

/** Where no gamma is given: descriptors of length 1 that are unrelated are about sqrt(2) apart. */
const DEFAULT_GAMMA = 1;

/** Whether a metric compares after a linear map of its own. */
export const isLearned = (metric: Metric): metric is LearnedMetric =>
  metric.kind === 'mahalanobis' || metric.kind === 'lda';

/**
 * The metric that a name stands for, checked.
 *
 * @throws {TypeError | RangeError | ShapeError} that say which name or field is wrong
 */
export function resolveMetric(choice: MetricChoice): Metric {
  if (typeof choice !== 'object' || choice === null) {
    const kind = checkOneOf<MetricName>(choice, 'metric', metricNames);
    if (kind === 'rbf') return { kind, gamma: DEFAULT_GAMMA };
    if (kind === 'mahalanobis' || kind === 'lda')
      throw expected(
        'a fitted metric',
        'metric',
        kind,
        `fit one with ${fitterOf(kind)} or parse a saved one`,
      );
    return { kind };
  }
  checkOneOf<MetricName>(choice.kind, 'metric.kind', metricNames);
  if (choice.kind === 'rbf') checkGamma(choice.gamma);
  if (isLearned(choice)) checkLearned(choice);
  return choice;
}

const fitterOf = (kind: 'mahalanobis' | 'lda'): string => (kind === 'lda' ? 'fitLda' : 'fitMahalanobis');

function checkGamma(gamma: unknown): void {
  if (typeof gamma !== 'number' || !Number.isFinite(gamma))
    throw expected('a finite number', 'metric.gamma', gamma);
  if (gamma <= 0) throw new RangeError(`Expected a number above 0 for metric.gamma but received ${gamma}`);
}

function checkLearned({ length, rank, projection }: LearnedMetric): void {
  if (!(projection instanceof Float64Array))
    throw expected('a Float64Array', 'metric.projection', projection);
  if (projection.length !== length * rank || projection.length === 0)
    throw new ShapeError(
      `Expected ${rank} x ${length} values for metric.projection but received ${projection.length}`,
    );
}

/**
 * The distance of two vectors; smaller is more alike.
 *
 * @throws {ShapeError} where their lengths differ, from each other or from what the metric was fitted to
 * @example
 * import { vectorDistance } from 'whither/evaluate';
 *
 * const distance = vectorDistance('l2', [0, 0], [3, 4]); // 5
 */
export function vectorDistance(metric: MetricChoice, a: ArrayLike<number>, b: ArrayLike<number>): number {
  const resolved = resolveMetric(metric);
  if (a.length !== b.length)
    throw new ShapeError(`Expected vectors of one length but received ${a.length} and ${b.length} values`);
  if (isLearned(resolved)) checkLength(resolved, a.length);
  return DISTANCES[resolved.kind](a, b, resolved as never);
}

/** Checks that descriptors are as long as those that the metric was fitted to. */
export function checkLength(metric: LearnedMetric, length: number): void {
  if (metric.length !== length)
    throw new ShapeError(
      `Expected descriptors of ${metric.length} values, to which the ${metric.kind} metric was fitted, ` +
        `but received ${length}`,
    );
}

/**
 * How alike two things are whose distance this is; greater is more alike: the dot product, the cosine, 1 - angle / pi,
 * the RBF kernel, and for the others minus the distance.
 *
 * @example
 * import { similarityOf, vectorDistance } from 'whither/evaluate';
 *
 * const distance = vectorDistance('cosine', [1, 0], [1, 1]);
 * const cosine = similarityOf({ kind: 'cosine' }, distance);
 */
export function similarityOf(metric: Metric, distance: number): number {
  return ONE_LESS.has(metric.kind) ? 1 - distance : -distance;
}

const ONE_LESS: ReadonlySet<MetricName> = new Set(['cosine', 'angular', 'rbf']);

/** The least and the greatest distance that any two vectors can have. */
export function distanceRange(metric: Metric): readonly [least: number, greatest: number] {
  if (metric.kind === 'dot') return [-Infinity, Infinity];
  if (metric.kind === 'cosine') return [0, 2];
  if (metric.kind === 'angular' || metric.kind === 'rbf') return [0, 1];
  return [0, Infinity];
}

type Vector = ArrayLike<number>;

/** The definitions. */
const DISTANCES: Readonly<Record<MetricName, (a: Vector, b: Vector, metric: never) => number>> = {
  l1: manhattan,
  l2: (a, b) => Math.sqrt(squaredEuclidean(a, b)),
  'squared-l2': squaredEuclidean,
  dot: (a, b) => -dot(a, b),
  cosine: (a, b) => 1 - cosine(a, b),
  angular: (a, b) => Math.acos(cosine(a, b)) / Math.PI,
  rbf: (a, b, { gamma }: RbfMetric) => -Math.expm1(-gamma * squaredEuclidean(a, b)),
  mahalanobis: projectedDistance,
  lda: projectedDistance,
};

function manhattan(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i] - b[i]);
  return sum;
}

function squaredEuclidean(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum;
}

function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** From -1 to 1; the conventions for vectors of length 0 stand with the union. */
function cosine(a: Vector, b: Vector): number {
  return cosineOf(dot(a, b), Math.sqrt(dot(a, a)), Math.sqrt(dot(b, b)));
}

/** The cosine, given the dot product and both lengths. */
export function cosineOf(product: number, lengthA: number, lengthB: number): number {
  if (lengthA === 0 && lengthB === 0) return 1;
  if (lengthA === 0 || lengthB === 0) return 0;
  return Math.min(Math.max(product / (lengthA * lengthB), -1), 1);
}

function projectedDistance(a: Vector, b: Vector, { length, rank, projection }: LearnedMetric): number {
  let squares = 0;
  for (let r = 0; r < rank; r++) {
    let value = 0;
    for (let i = 0; i < length; i++) value += projection[r * length + i] * (a[i] - b[i]);
    squares += value * value;
  }
  return Math.sqrt(squares);
}
