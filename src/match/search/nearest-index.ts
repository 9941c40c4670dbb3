import type { OptionNames } from '../../core/index.ts';
import { ShapeError, checkInteger, checkOptions, expected } from '../../core/index.ts';
import type { Descriptors } from '../../features/index.ts';
import {
  checkDescriptors,
  descriptorAt,
  isLearned,
  project,
  resolveMetric,
  vectorDistance,
} from '../metric/index.ts';
import type { LearnedMetric, Metric, MetricChoice } from '../metric/index.ts';
import { loadUsearch } from './index-library.ts';
import type { UsearchIndex } from './index-library.ts';
import type { Neighbors } from './nearest.ts';

/** Options of `createNearestIndex`. */
export interface NearestIndexOptions {
  /** Any but `l1`; defaults to `l2`. */
  readonly metric?: MetricChoice;
  /** Links a descriptor has in the graph, 2 or more; defaults to 16. More find better and take more memory. */
  readonly connectivity?: number;
  /** Candidates kept while a descriptor is linked in; defaults to 128. */
  readonly expansionAdd?: number;
  /** Candidates kept while searching; defaults to 64. More find better and take longer. */
  readonly expansionSearch?: number;
  readonly threads?: number;
}

const OPTIONS: OptionNames<NearestIndexOptions> = {
  metric: true,
  connectivity: true,
  expansionAdd: true,
  expansionSearch: true,
  threads: true,
};

/** An index over many descriptors that answers in time that hardly grows with their number. */
export interface NearestIndex {
  readonly metric: Metric;
  /** Descriptors in it. */
  readonly size: number;
  /** The `k` nearest of each query; now and then one of them is missed, the distances are exact. */
  search(queries: Descriptors, k?: number): Neighbors;
}

/**
 * Builds a hierarchical navigable small-world graph (Malkov and Yashunin 2018) over the descriptors, by the package
 * `usearch`, which must be installed beside this one: `npm install usearch`.
 *
 * @throws {BackendError} where the package is absent; TypeError for `l1`, which it does not have
 * @example
 * import { createNearestIndex } from 'whither/features';
 *
 * const index = await createNearestIndex(descriptors, { metric: 'cosine' });
 * const { indices, distances } = index.search(queries, 5);
 */
export async function createNearestIndex(
  base: Descriptors,
  options: NearestIndexOptions = {},
): Promise<NearestIndex> {
  checkOptions(options, OPTIONS, 'createNearestIndex');
  checkDescriptors(base, 'base');
  const metric = resolveMetric(options.metric ?? 'l2');
  if (metric.kind === 'l1')
    throw expected(
      'a metric other than l1',
      'metric',
      'l1',
      'the index follows inner products; use findNearest',
    );
  const learned = isLearned(metric) ? metric : undefined;
  const vectors = learned ? project(base, learned) : base;
  const threads = checkInteger(options.threads ?? 0, 'threads', 0, 1024);
  const { Index } = await loadUsearch();
  const index = new Index({
    dimensions: vectors.length,
    metric: libraryMetric(metric),
    quantization: 'f32',
    connectivity: checkInteger(options.connectivity ?? 16, 'connectivity', 2, 512),
    expansion_add: checkInteger(options.expansionAdd ?? 128, 'expansionAdd', 1),
    expansion_search: checkInteger(options.expansionSearch ?? 64, 'expansionSearch', 1),
    multi: false,
  });
  index.add(
    BigUint64Array.from({ length: base.count }, (_, i) => BigInt(i)),
    vectors.data,
    threads,
  );
  return {
    metric,
    size: base.count,
    search: (queries, k = 1) => searchAll(index, queries, base, metric, learned, k),
  };
}

/** What orders neighbours as the metric does. */
function libraryMetric(metric: Metric): string {
  if (metric.kind === 'dot') return 'ip';
  return metric.kind === 'cosine' || metric.kind === 'angular' ? 'cos' : 'l2sq';
}

function searchAll(
  index: UsearchIndex,
  queries: Descriptors,
  base: Descriptors,
  metric: Metric,
  learned: LearnedMetric | undefined,
  k: number,
): Neighbors {
  checkDescriptors(queries, 'queries');
  checkInteger(k, 'k', 1, base.count);
  if (queries.length !== base.length)
    throw new ShapeError(
      `Expected descriptors of ${base.length} values, as those in the index, but received ${queries.length}`,
    );
  const wanted = learned ? project(queries, learned) : queries;
  const indices = new Int32Array(queries.count * k);
  const distances = new Float32Array(queries.count * k);
  for (let i = 0; i < queries.count; i++) {
    const { keys } = index.search(descriptorAt(wanted, i), k, 0);
    for (let n = 0; n < k; n++) {
      // Fewer than k are found only where the graph has fallen apart; the nearest stands in.
      const found = Number(keys[Math.min(n, keys.length - 1)]);
      indices[i * k + n] = found;
      distances[i * k + n] = vectorDistance(metric, descriptorAt(queries, i), descriptorAt(base, found));
    }
  }
  return { count: queries.count, k, indices, distances };
}
