import { prepareAllPairs } from '../../../kernels/correlation/index.ts';
import type { FeatureMap } from '../../../kernels/types.ts';
import { ShapeError, expected } from '../../core/index.ts';
import type { Descriptors } from '../../features/index.ts';
import { checkLength, cosineOf, isLearned, resolveMetric, vectorDistance } from './metrics.ts';
import type { LearnedMetric, Metric, MetricChoice } from './metrics.ts';

/** The distances of every descriptor of A from every one of B. */
export interface DistanceMatrix {
  /** Descriptors of A. */
  readonly rows: number;
  /** Descriptors of B. */
  readonly columns: number;
  /** `rows * columns` values: that of A's i and B's j is `data[i * columns + j]`. */
  readonly data: Float32Array;
}

/** Most rows of A, and most distances, for one product, which bounds memory whatever the sizes. */
const [BLOCK_ROWS, BLOCK_SIZE] = [1024, 2 ** 24];

/**
 * Distances of all pairs: dot products by the all-pairs correlation kernel, from which all metrics but `l1` follow.
 * Products are in 32-bit floats: an `l2` distance of descriptors of length 1 is exact to about 5e-4 next to 0 and to
 * 1e-6 elsewhere; `vectorDistance` is exact for one pair.
 *
 * @throws {ShapeError} where the descriptors have different lengths
 * @example
 * import { pairwiseDistances } from 'whither/evaluate';
 *
 * const { columns, data } = await pairwiseDistances(queries, descriptors, 'cosine');
 * console.log('query 2 to descriptor 5:', data[2 * columns + 5]);
 */
export async function pairwiseDistances(
  a: Descriptors,
  b: Descriptors,
  metric: MetricChoice = 'l2',
): Promise<DistanceMatrix> {
  checkDescriptors(a, 'a');
  checkDescriptors(b, 'b');
  const data = new Float32Array(a.count * b.count);
  await forEachBlock(a, b, metric, (block, firstRow) => data.set(block, firstRow * b.count));
  return { rows: a.count, columns: b.count, data };
}

/** Gets the distances of rows `firstRow` on, row by row; the array may be used again for the next block. */
type UseBlock = (block: Float32Array, firstRow: number, rows: number) => void;

/**
 * The same, some rows of A at a time, for what never needs the whole matrix.
 */
export async function forEachBlock(
  a: Descriptors,
  b: Descriptors,
  choice: MetricChoice,
  use: UseBlock,
): Promise<void> {
  const metric = resolveMetric(choice);
  checkDescriptors(a, 'a');
  checkDescriptors(b, 'b');
  if (a.length !== b.length)
    throw new ShapeError(
      `Expected descriptors of one length but received ${a.length} and ${b.length} values`,
    );
  if (metric.kind === 'l1') return forEachRow(a, b, metric, use);
  const projectedA = isLearned(metric) ? project(a, metric) : a;
  const projectedB = isLearned(metric) ? project(b, metric) : b;
  await multiplyBlocks(projectedA, projectedB, metric, use);
}

/** Checks that there are descriptors and that none of their values is missing. */
export function checkDescriptors(descriptors: Descriptors, name: string): void {
  if (typeof descriptors !== 'object' || descriptors === null || !(descriptors.data instanceof Float32Array))
    throw expected('descriptors', name, descriptors);
  const { count, length, data } = descriptors;
  if (!count || !length)
    throw new RangeError(
      `Expected at least one descriptor for ${name} but received ${count} of ${length} values`,
    );
  if (data.length !== count * length)
    throw new ShapeError(`Expected ${count} x ${length} values for ${name} but received ${data.length}`);
}

/** Descriptor `i`, sharing memory. */
export const descriptorAt = ({ length, data }: Descriptors, i: number): Float32Array =>
  data.subarray(i * length, (i + 1) * length);

/** The descriptors after the metric's linear map. */
export function project(descriptors: Descriptors, metric: LearnedMetric): Descriptors {
  checkLength(metric, descriptors.length);
  const { rank, length, projection } = metric;
  const data = new Float32Array(descriptors.count * rank);
  for (let i = 0; i < descriptors.count; i++)
    for (let r = 0; r < rank; r++) {
      let sum = 0;
      for (let k = 0; k < length; k++) sum += projection[r * length + k] * descriptors.data[i * length + k];
      data[i * rank + r] = sum;
    }
  return { count: descriptors.count, length: rank, data };
}

/** L1 has no product to be had from. */
function forEachRow(a: Descriptors, b: Descriptors, metric: Metric, use: UseBlock): void {
  const row = new Float32Array(b.count);
  for (let i = 0; i < a.count; i++) {
    for (let j = 0; j < b.count; j++) row[j] = vectorDistance(metric, descriptorAt(a, i), descriptorAt(b, j));
    use(row, i, 1);
  }
}

async function multiplyBlocks(a: Descriptors, b: Descriptors, metric: Metric, use: UseBlock): Promise<void> {
  const mapB = toFeatureMap(b, 0, b.count);
  const squaresB = squaredLengths(b);
  const blockRows = Math.min(BLOCK_ROWS, a.count, Math.max(1, Math.floor(BLOCK_SIZE / b.count)));
  const spec = { channels: a.length, heightA: 1, widthA: blockRows, heightB: 1, widthB: b.count };
  using product = await prepareAllPairs({ ...spec, scale: 'none' });
  for (let first = 0; first < a.count; first += blockRows) {
    const rows = Math.min(blockRows, a.count - first);
    // The last block is filled up with zeros, so that one preparation serves all.
    const { data } = await product.run(toFeatureMap(a, first, rows, blockRows), mapB);
    const block = { count: rows, length: a.length, data: a.data.subarray(first * a.length) };
    const distances = data.subarray(0, rows * b.count);
    toDistances(distances, squaredLengths(block), squaresB, metric);
    use(distances, first, rows);
  }
}

/** Descriptors `first` on as the cells of a map one row high: the kernel wants channels first. */
function toFeatureMap(
  { length, data }: Descriptors,
  first: number,
  count: number,
  width = count,
): FeatureMap {
  const channelsFirst = new Float32Array(width * length);
  for (let i = 0; i < count; i++)
    for (let c = 0; c < length; c++) channelsFirst[c * width + i] = data[(first + i) * length + c];
  return { channels: length, height: 1, width, data: channelsFirst };
}

function squaredLengths({ count, length, data }: Descriptors): Float64Array {
  const squares = new Float64Array(count);
  for (let i = 0; i < count; i++)
    for (let k = i * length; k < (i + 1) * length; k++) squares[i] += data[k] * data[k];
  return squares;
}

/** Turns products into distances, in place. */
function toDistances(
  products: Float32Array,
  squaresA: Float64Array,
  squaresB: Float64Array,
  metric: Metric,
): void {
  const convert = CONVERSIONS[metric.kind] ?? CONVERSIONS.l2!;
  const gamma = metric.kind === 'rbf' ? metric.gamma : 0;
  const columns = squaresB.length;
  for (let i = 0; i < squaresA.length; i++)
    for (let j = 0; j < columns; j++) {
      const at = i * columns + j;
      products[at] = convert(products[at], squaresA[i], squaresB[j], gamma);
    }
}

type Conversion = (product: number, squareA: number, squareB: number, gamma: number) => number;

/** Rounding can take the square of a distance that is 0 below it. */
const squared: Conversion = (product, squareA, squareB) => Math.max(squareA + squareB - 2 * product, 0);

const angleCosine: Conversion = (product, squareA, squareB) =>
  cosineOf(product, Math.sqrt(squareA), Math.sqrt(squareB));

/** Distances from dot products and squared lengths; learned metrics are `l2` of what was projected. */
const CONVERSIONS: Readonly<Partial<Record<Metric['kind'], Conversion>>> = {
  l2: (product, a, b, gamma) => Math.sqrt(squared(product, a, b, gamma)),
  'squared-l2': squared,
  dot: (product) => -product,
  cosine: (product, a, b, gamma) => 1 - angleCosine(product, a, b, gamma),
  angular: (product, a, b, gamma) => Math.acos(angleCosine(product, a, b, gamma)) / Math.PI,
  rbf: (product, a, b, gamma) => -Math.expm1(-gamma * squared(product, a, b, gamma)),
};
