import type { OptionNames } from '../../core/index.ts';
import { ShapeError, checkInteger, checkOptions } from '../../core/index.ts';
import type { Descriptors } from '../../features/index.ts';
import { createRandom } from '../../geometry/robust/index.ts';
import { checkDescriptors, descriptorAt } from '../metric/index.ts';

/**
 * Normalised mutual information of two ways to divide the same things into groups, 0 (independent) to 1 (the same up to
 * names): mutual information over the arithmetic mean of the entropies, as scikit-learn and pytorch-metric-learning
 * have it. Two divisions with one group each are the same: 1.
 *
 * @throws {ShapeError} where the divisions differ in length; RangeError where they are empty
 * @example
 * import { normalizedMutualInformation } from 'whither/evaluate';
 *
 * const agreement = normalizedMutualInformation([0, 0, 1, 1], [7, 7, 3, 3]); // 1: the same groups by other names
 */
export function normalizedMutualInformation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length)
    throw new ShapeError(`Expected as many labels in both but received ${a.length} and ${b.length}`);
  if (!a.length) throw new RangeError('Expected at least one label but received none');
  const [countsA, countsB, joint] = [
    new Map<number, number>(),
    new Map<number, number>(),
    new Map<string, number>(),
  ];
  for (let i = 0; i < a.length; i++) {
    increase(countsA, a[i]);
    increase(countsB, b[i]);
    increase(joint, `${a[i]} ${b[i]}`);
  }
  const [entropyA, entropyB] = [entropy(countsA, a.length), entropy(countsB, a.length)];
  if (entropyA === 0 && entropyB === 0) return 1;
  const information = entropyA + entropyB - entropy(joint, a.length);
  return Math.max(0, information / ((entropyA + entropyB) / 2));
}

function increase<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function entropy(counts: Map<unknown, number>, total: number): number {
  let sum = 0;
  for (const count of counts.values()) sum -= (count / total) * Math.log(count / total);
  return sum;
}

/** Options of `clusterDescriptors`. */
export interface ClusterOptions {
  /** Of the random numbers that the first centres are drawn with; defaults to 1. */
  readonly seed?: number;
  /** Rounds at most; defaults to 100. */
  readonly rounds?: number;
}

const OPTIONS: OptionNames<ClusterOptions> = { seed: true, rounds: true };

/**
 * Divides descriptors into `count` clusters by k-means (Lloyd 1982), the first centres drawn by k-means++ (Arthur and
 * Vassilvitskii 2007).
 *
 * @returns the cluster, 0 to `count - 1`, of each descriptor
 * @example
 * import { clusterDescriptors } from 'whither/evaluate';
 *
 * const clusters = clusterDescriptors(descriptors, 10, { seed: 1 });
 * console.log(`the first descriptor is in cluster ${clusters[0]}`);
 */
export function clusterDescriptors(
  descriptors: Descriptors,
  count: number,
  options: ClusterOptions = {},
): Int32Array {
  checkOptions(options, OPTIONS, 'clusterDescriptors');
  checkDescriptors(descriptors, 'descriptors');
  checkInteger(count, 'count', 1, descriptors.count);
  const random = createRandom(checkInteger(options.seed ?? 1, 'seed'));
  const rounds = checkInteger(options.rounds ?? 100, 'rounds', 1);
  let centres = drawCentres(descriptors, count, random);
  let clusters = assign(descriptors, centres);
  for (let round = 0; round < rounds; round++) {
    centres = meansOf(descriptors, clusters, centres);
    const next = assign(descriptors, centres);
    if (next.every((cluster, i) => cluster === clusters[i])) break;
    clusters = next;
  }
  return clusters;
}

/**
 * The normalised mutual information of the classes and the clusters that k-means finds, as many as there are classes.
 *
 * @example
 * import { scoreClustering } from 'whither/evaluate';
 *
 * const agreement = scoreClustering(descriptors, labels, { seed: 1 });
 */
export function scoreClustering(
  descriptors: Descriptors,
  labels: ArrayLike<number>,
  options: ClusterOptions = {},
): number {
  if (labels.length !== descriptors.count)
    throw new ShapeError(
      `Expected ${descriptors.count} labels, one a descriptor, but received ${labels.length}`,
    );
  const classes = new Set(Array.from(labels)).size;
  return normalizedMutualInformation(labels, clusterDescriptors(descriptors, classes, options));
}

function drawCentres(descriptors: Descriptors, count: number, random: () => number): Float64Array[] {
  const pick = (i: number): Float64Array => Float64Array.from(descriptorAt(descriptors, i));
  const centres = [pick(Math.floor(random() * descriptors.count))];
  const nearest = new Float64Array(descriptors.count).fill(Infinity);
  while (centres.length < count) {
    let total = 0;
    for (let i = 0; i < nearest.length; i++) {
      nearest[i] = Math.min(nearest[i], squaredDistance(descriptors, i, centres.at(-1)!));
      total += nearest[i];
    }
    let left = random() * total;
    let chosen = 0;
    while (chosen < nearest.length - 1 && (left -= nearest[chosen]) >= 0) chosen++;
    centres.push(pick(chosen));
  }
  return centres;
}

function squaredDistance({ length, data }: Descriptors, i: number, centre: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < length; k++) sum += (data[i * length + k] - centre[k]) ** 2;
  return sum;
}

function assign(descriptors: Descriptors, centres: readonly Float64Array[]): Int32Array {
  const clusters = new Int32Array(descriptors.count);
  for (let i = 0; i < descriptors.count; i++) {
    let best = Infinity;
    centres.forEach((centre, c) => {
      const distance = squaredDistance(descriptors, i, centre);
      if (distance < best) [best, clusters[i]] = [distance, c];
    });
  }
  return clusters;
}

/** The mean of each cluster; one without members keeps its centre. */
function meansOf(
  descriptors: Descriptors,
  clusters: Int32Array,
  before: readonly Float64Array[],
): Float64Array[] {
  const { count, length, data } = descriptors;
  const sums = before.map(() => new Float64Array(length));
  const sizes = new Int32Array(before.length);
  for (let i = 0; i < count; i++) {
    sizes[clusters[i]]++;
    for (let k = 0; k < length; k++) sums[clusters[i]][k] += data[i * length + k];
  }
  return sums.map((sum, c) => (sizes[c] ? sum.map((value) => value / sizes[c]) : before[c]));
}
