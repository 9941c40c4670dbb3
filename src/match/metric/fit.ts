import type { OptionNames } from '../../core/index.ts';
import { CholeskyDecomposition, EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { ShapeError, checkInteger, checkOptions, expected } from '../../core/index.ts';
import type { Descriptors } from '../../features/index.ts';
import { checkDescriptors, descriptorAt } from './pairwise.ts';
import type { LearnedMetric } from './metrics.ts';

/** Options of `fitMahalanobis`. */
export interface FitMetricOptions {
  /**
   * Share of the mean variance that is added to every variance, 0 or more; defaults to 1e-3. Without it directions
   * in which the descriptors hardly vary would count without bound.
   */
  readonly regularization?: number;
}

const METRIC_OPTIONS: OptionNames<FitMetricOptions> = { regularization: true };

/**
 * Mahalanobis distance `sqrt((a - b)' S^-1 (a - b))` with S the covariance of the descriptors (Mahalanobis 1936):
 * every direction is measured in its own standard deviations. Unsupervised.
 *
 * @param descriptors at least two
 * @example
 * import { fitMahalanobis, vectorDistance } from 'whither/evaluate';
 *
 * const metric = fitMahalanobis(descriptors);
 * const { length, data } = descriptors;
 * const distance = vectorDistance(metric, data.subarray(0, length), data.subarray(length, 2 * length));
 */
export function fitMahalanobis(descriptors: Descriptors, options: FitMetricOptions = {}): LearnedMetric {
  checkOptions(options, METRIC_OPTIONS, 'fitMahalanobis');
  checkDescriptors(descriptors, 'descriptors');
  if (descriptors.count < 2)
    throw new RangeError(
      `Expected at least 2 descriptors for a covariance but received ${descriptors.count}`,
    );
  const { length } = descriptors;
  const mean = meanOf(descriptors, allOf(descriptors));
  const covariance = scatter(descriptors, () => mean);
  covariance.mul(1 / (descriptors.count - 1));
  return { kind: 'mahalanobis', length, rank: length, projection: whiten(covariance, options) };
}

/** Options of `fitLda`. */
export interface FitLdaOptions extends FitMetricOptions {
  /** Directions kept, the most telling first; defaults to all there are, at most one less than the classes. */
  readonly rank?: number;
}

const LDA_OPTIONS: OptionNames<FitLdaOptions> = { ...METRIC_OPTIONS, rank: true };

/**
 * Linear discriminant analysis (Fisher 1936, Rao 1948): the directions in which the means of the classes differ most
 * against the spread within the classes. Descriptors are whitened by the within-class scatter; the eigenvectors of the
 * between-class scatter there span the space in which L2 is taken.
 *
 * @param labels the class of each descriptor; at least two classes, one of them with two members or more
 * @example
 * import { fitLda, pairwiseDistances } from 'whither/evaluate';
 *
 * const metric = fitLda(descriptors, labels, { rank: 16 });
 * const { data } = await pairwiseDistances(queries, descriptors, metric);
 */
export function fitLda(
  descriptors: Descriptors,
  labels: ArrayLike<number>,
  options: FitLdaOptions = {},
): LearnedMetric {
  checkOptions(options, LDA_OPTIONS, 'fitLda');
  checkDescriptors(descriptors, 'descriptors');
  const { count, length } = descriptors;
  if (labels.length !== count)
    throw new ShapeError(`Expected ${count} labels, one a descriptor, but received ${labels.length}`);
  const classes = groupByLabel(labels);
  if (classes.size < 2 || classes.size === count)
    throw new RangeError(
      `Expected at least two classes, one with two members or more, but received ${classes.size} ` +
        `for ${count} descriptors`,
    );
  const most = Math.min(classes.size - 1, length);
  const rank = checkInteger(options.rank ?? most, 'rank', 1, most);
  const whitening = withinWhitening(descriptors, labels, classes, options);
  const between = betweenScatter(descriptors, classes);
  const inside = whitening.mmul(between).mmul(whitening.transpose());
  const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(inside, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, i) => i).sort((i, j) => realEigenvalues[j] - realEigenvalues[i]);
  const directions = eigenvectorMatrix.transpose().subMatrixRow(order.slice(0, rank));
  const projection = Float64Array.from(directions.mmul(whitening).to1DArray());
  return { kind: 'lda', length, rank, projection };
}

function groupByLabel(labels: ArrayLike<number>): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (!Number.isFinite(label)) throw expected('a finite number', `labels[${i}]`, label);
    const group = groups.get(label);
    if (group) group.push(i);
    else groups.set(label, [i]);
  }
  return groups;
}

function withinWhitening(
  descriptors: Descriptors,
  labels: ArrayLike<number>,
  classes: Map<number, number[]>,
  options: FitMetricOptions,
): Matrix {
  const means = new Map([...classes].map(([label, members]) => [label, meanOf(descriptors, members)]));
  const within = scatter(descriptors, (i) => means.get(labels[i])!);
  within.mul(1 / Math.max(descriptors.count - classes.size, 1));
  const { length } = descriptors;
  return Matrix.from1DArray(length, length, Array.from(whiten(within, options)));
}

/** The scatter of the class means, each by the share of its class. */
function betweenScatter(descriptors: Descriptors, classes: Map<number, number[]>): Matrix {
  const { count, length } = descriptors;
  const overall = meanOf(descriptors, allOf(descriptors));
  const between = Matrix.zeros(length, length);
  for (const members of classes.values()) {
    const mean = meanOf(descriptors, members);
    addOuter(
      between,
      mean.map((value, k) => value - overall[k]),
      members.length / count,
    );
  }
  return between;
}

const allOf = ({ count }: Descriptors): number[] => Array.from({ length: count }, (_, i) => i);

function meanOf(descriptors: Descriptors, members: readonly number[]): Float64Array {
  const mean = new Float64Array(descriptors.length);
  for (const i of members) descriptorAt(descriptors, i).forEach((value, k) => (mean[k] += value));
  return mean.map((value) => value / members.length);
}

/** The sum over all descriptors of the outer product of each one's difference from its `centre`. */
function scatter(descriptors: Descriptors, centre: (i: number) => Float64Array): Matrix {
  const { count, length } = descriptors;
  const sum = Matrix.zeros(length, length);
  for (let i = 0; i < count; i++) {
    const mean = centre(i);
    addOuter(
      sum,
      Float64Array.from(descriptorAt(descriptors, i), (value, k) => value - mean[k]),
      1,
    );
  }
  return sum;
}

function addOuter(sum: Matrix, vector: Float64Array, weight: number): void {
  for (let r = 0; r < vector.length; r++)
    for (let c = 0; c < vector.length; c++) sum.set(r, c, sum.get(r, c) + weight * vector[r] * vector[c]);
}

/** W with `W' W` the inverse of the covariance, once that is made safe to invert; row by row. */
function whiten(covariance: Matrix, { regularization = 1e-3 }: FitMetricOptions): Float64Array {
  if (typeof regularization !== 'number' || !(regularization >= 0))
    throw expected('a number of at least 0', 'regularization', regularization);
  const size = covariance.rows;
  const ridge = (regularization * covariance.trace()) / size;
  const safe = Matrix.add(covariance, Matrix.eye(size, size, ridge));
  const decomposition = new CholeskyDecomposition(safe);
  if (!decomposition.isPositiveDefinite())
    throw new RangeError(
      'Expected descriptors that vary in every direction but they do not: give more of them, or more regularization',
    );
  return Float64Array.from(invertLower(decomposition.lowerTriangularMatrix).to1DArray());
}

/** The inverse of a lower triangular matrix, by forward substitution. */
function invertLower(lower: Matrix): Matrix {
  const size = lower.rows;
  const inverse = Matrix.zeros(size, size);
  for (let c = 0; c < size; c++)
    for (let r = c; r < size; r++) {
      let sum = r === c ? 1 : 0;
      for (let k = c; k < r; k++) sum -= lower.get(r, k) * inverse.get(k, c);
      inverse.set(r, c, sum / lower.get(r, r));
    }
  return inverse;
}
