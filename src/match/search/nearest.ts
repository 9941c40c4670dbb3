import type { OptionNames } from '../../core/index.ts';
import { checkInteger, checkOptions } from '../../core/index.ts';
import type { Descriptors } from '../../features/index.ts';
import type { MetricChoice } from '../metric/index.ts';
import { checkDescriptors, forEachBlock } from '../metric/index.ts';

/** The nearest descriptors of a base for each query, nearest first. */
export interface Neighbors {
  /** Queries. */
  readonly count: number;
  /** Neighbours a query. */
  readonly k: number;
  /** `count * k` rows of the base: the n-th nearest of query i is `indices[i * k + n]`. */
  readonly indices: Int32Array;
  /** Their distances, in the same layout. */
  readonly distances: Float32Array;
}

/** Options of `findNearest`. */
export interface FindNearestOptions {
  /** Neighbours a query, at most the size of the base; defaults to 1. */
  readonly k?: number;
  /** Defaults to `l2`. */
  readonly metric?: MetricChoice;
}

const OPTIONS: OptionNames<FindNearestOptions> = { k: true, metric: true };

/** From here on every query against every descriptor takes too long; see `createNearestIndex`. */
export const MOST_BRUTE_FORCE = 1e5;

/**
 * The nearest neighbours of each query, found by comparing it with every descriptor of the base: exact. Of equal
 * distances the lower index comes first.
 *
 * @throws {RangeError} where the base holds more than 100 000 descriptors; ShapeError where the lengths differ
 * @example
 * import { findNearest } from 'whither/features';
 *
 * const { k, indices } = await findNearest(queries, descriptors, { k: 5, metric: 'l2' });
 * console.log('nearest to the first query:', indices.subarray(0, k));
 */
export async function findNearest(
  queries: Descriptors,
  base: Descriptors,
  options: FindNearestOptions = {},
): Promise<Neighbors> {
  checkOptions(options, OPTIONS, 'findNearest');
  const { metric = 'l2' } = options;
  checkDescriptors(queries, 'queries');
  checkDescriptors(base, 'base');
  if (base.count > MOST_BRUTE_FORCE)
    throw new RangeError(
      `Expected at most ${MOST_BRUTE_FORCE} descriptors for base but received ${base.count}: ` +
        'build an index with createNearestIndex',
    );
  const k = checkInteger(options.k ?? 1, 'k', 1, base.count);
  const indices = new Int32Array(queries.count * k);
  const distances = new Float32Array(queries.count * k);
  await forEachBlock(queries, base, metric, (block, firstRow, rows) => {
    for (let i = 0; i < rows; i++) {
      const at = (firstRow + i) * k;
      const row = block.subarray(i * base.count, (i + 1) * base.count);
      selectNearest(row, indices.subarray(at, at + k), distances.subarray(at, at + k));
    }
  });
  return { count: queries.count, k, indices, distances };
}

/** Keeps the least values of `row` sorted, by insertion: `k` is small beside the row. */
function selectNearest(row: Float32Array, indices: Int32Array, distances: Float32Array): void {
  const k = indices.length;
  distances.fill(Infinity);
  let worst = Infinity;
  let filled = 0;
  for (let j = 0; j < row.length; j++) {
    const distance = row[j];
    if (filled === k && distance >= worst) continue;
    let slot = filled < k ? filled++ : k - 1;
    for (; slot > 0 && distances[slot - 1] > distance; slot--) {
      distances[slot] = distances[slot - 1];
      indices[slot] = indices[slot - 1];
    }
    distances[slot] = distance;
    indices[slot] = j;
    worst = distances[k - 1];
  }
}
