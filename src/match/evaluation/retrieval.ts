import type { OptionNames } from '../../core/index.ts';
import { ShapeError, checkInteger, checkOptions } from '../../core/index.ts';
import type { Descriptors } from '../../features/index.ts';
import type { MetricChoice } from '../metric/index.ts';
import { findNearest } from '../search/index.ts';

/** Descriptors with the class of each. */
export interface LabelledDescriptors {
  readonly descriptors: Descriptors;
  /** One number a descriptor. */
  readonly labels: ArrayLike<number>;
}

/** Options of `scoreRetrieval`. */
export interface ScoreRetrievalOptions {
  /** Defaults to `l2`. */
  readonly metric?: MetricChoice;
  /** What is searched; defaults to the queries themselves, each without itself. */
  readonly references?: LabelledDescriptors;
  /** The k of recall@k; defaults to 1, 2, 4 and 8. */
  readonly recallAt?: readonly number[];
}

const OPTIONS: OptionNames<ScoreRetrievalOptions> = { metric: true, references: true, recallAt: true };

/**
 * How well the nearest neighbours of a descriptor share its class, means over the queries, 0 to 1. With R the number
 * of references of the query's class:
 */
export interface RetrievalScore {
  /** Queries that count. */
  readonly queries: number;
  /** Queries left out, for no reference is of their class. */
  readonly loneQueries: number;
  /** Share of queries whose nearest reference is of their class. */
  readonly precisionAt1: number;
  /** Share of queries with a reference of their class among the k nearest, by k. */
  readonly recallAt: Readonly<Record<number, number>>;
  /** Share of the R nearest references that are of the query's class. */
  readonly rPrecision: number;
  /**
   * The sum of the precisions at each of the R nearest references that is of the query's class, divided by R
   * (Musgrave, Belongie and Lim 2020).
   */
  readonly mapAtR: number;
}

/**
 * Scores nearest-neighbour retrieval by the definitions of pytorch-metric-learning's `AccuracyCalculator`; recall@k is
 * that of the metric-learning literature (Oh Song et al. 2016).
 *
 * @throws {RangeError} where every query is a lone one; ShapeError where labels and descriptors differ in number
 * @example
 * import { scoreRetrieval } from 'whither/evaluate';
 *
 * const { precisionAt1, recallAt } = await scoreRetrieval({ descriptors, labels }, { recallAt: [1, 5] });
 * console.log(precisionAt1, recallAt[5]);
 */
export async function scoreRetrieval(
  queries: LabelledDescriptors,
  options: ScoreRetrievalOptions = {},
): Promise<RetrievalScore> {
  checkOptions(options, OPTIONS, 'scoreRetrieval');
  const { metric, references = queries, recallAt = [1, 2, 4, 8] } = options;
  checkLabels(queries, 'queries');
  checkLabels(references, 'references');
  recallAt.forEach((k, i) => checkInteger(k, `recallAt[${i}]`, 1));
  const among = references === queries;
  const relevant = countRelevant(queries, references, among);
  const counted = relevant.filter((r) => r > 0).length;
  if (!counted)
    throw new RangeError('Expected at least one query with a reference of its class but received none');
  const depth = Math.max(
    ...recallAt,
    relevant.reduce((a, b) => Math.max(a, b)),
  );
  const hits = await findHits(queries, references, among, depth, metric);
  const sums = { precisionAt1: 0, rPrecision: 0, mapAtR: 0 };
  const recalled = recallAt.map(() => 0);
  hits.forEach((row, i) => {
    if (relevant[i] === 0) return;
    sums.precisionAt1 += row[0] ? 1 : 0;
    recallAt.forEach((k, at) => (recalled[at] += row.slice(0, k).includes(true) ? 1 : 0));
    sums.rPrecision += row.slice(0, relevant[i]).filter(Boolean).length / relevant[i];
    sums.mapAtR += precisionSum(row.slice(0, relevant[i])) / relevant[i];
  });
  return {
    queries: counted,
    loneQueries: relevant.length - counted,
    precisionAt1: sums.precisionAt1 / counted,
    recallAt: Object.fromEntries(recallAt.map((k, at) => [k, recalled[at] / counted])),
    rPrecision: sums.rPrecision / counted,
    mapAtR: sums.mapAtR / counted,
  };
}

function checkLabels({ descriptors, labels }: LabelledDescriptors, name: string): void {
  if (labels.length !== descriptors.count)
    throw new ShapeError(
      `Expected ${descriptors.count} labels for ${name}, one a descriptor, but received ${labels.length}`,
    );
}

/** For each query the number of references of its class, without itself where it is one. */
function countRelevant(
  queries: LabelledDescriptors,
  references: LabelledDescriptors,
  among: boolean,
): number[] {
  const sizes = new Map<number, number>();
  for (let i = 0; i < references.labels.length; i++)
    sizes.set(references.labels[i], (sizes.get(references.labels[i]) ?? 0) + 1);
  return Array.from(queries.labels, (label) => (sizes.get(label) ?? 0) - (among ? 1 : 0));
}

/** For each query whether its neighbours, nearest first, are of its class. */
async function findHits(
  queries: LabelledDescriptors,
  references: LabelledDescriptors,
  among: boolean,
  depth: number,
  metric: MetricChoice | undefined,
): Promise<boolean[][]> {
  const k = Math.min(depth + (among ? 1 : 0), references.descriptors.count);
  const { indices } = await findNearest(queries.descriptors, references.descriptors, { k, metric });
  return Array.from(queries.labels, (label, i) => {
    // A twin of the query can come before it, or push it off the end: it is told by its index.
    const neighbors = Array.from(indices.subarray(i * k, (i + 1) * k)).filter((j) => !among || j !== i);
    return neighbors.slice(0, depth).map((j) => references.labels[j] === label);
  });
}

/** The sum of the precisions at each hit. */
function precisionSum(row: readonly boolean[]): number {
  let [found, sum] = [0, 0];
  row.forEach((hit, n) => {
    if (hit) sum += ++found / (n + 1);
  });
  return sum;
}
