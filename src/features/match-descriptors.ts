import { prepareAllPairs } from '../../kernels/correlation/index.ts';
import { ShapeError, expected } from '../core/errors.ts';
import type { DescriptorMatches, Descriptors, MatchDescriptorsOptions } from './types.ts';

/** Scores that one block of A's rows with all of B gives at most, so that memory stays small: 64 MiB. */
const BLOCK_SCORES = 2 ** 24;

/** For each descriptor of one side, what the search has found so far. */
interface Best {
  readonly index: Int32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/**
 * Matches descriptors by the matrix of all their products: best with best from both sides, and clearly better than the
 * second best (Lowe 2004, section 7.1).
 *
 * @returns matches by rising index of A
 * @throws {ShapeError} where the two are of different lengths
 */
export async function matchDescriptors(
  a: Descriptors,
  b: Descriptors,
  options: MatchDescriptorsOptions = {},
): Promise<DescriptorMatches> {
  const { ratio = 0.8, mutual = true, apart = 10 } = options;
  if (!(ratio > 0 && ratio <= 1)) throw expected('a number above 0 and up to 1', 'ratio', ratio);
  if (a.count && b.count && a.length !== b.length)
    throw new ShapeError(
      `Expected descriptors of one length but received ${a.length} and ${b.length}: describe both alike`,
    );
  if (!a.count || !b.count) return pack([], [], [], []);
  const fromA = emptyBest(a.count);
  const fromB = emptyBest(b.count);
  await forBlocks(a, b, (scores, start, rows) => {
    for (let r = 0; r < rows; r++) {
      const row = scores.subarray(r * b.count, (r + 1) * b.count);
      searchRow(row, start + r, fromA, options.pointsB, apart);
      searchColumns(row, start + r, fromB);
    }
  });
  return choose(fromA, mutual ? fromB : null, ratio);
}

function emptyBest(count: number): Best {
  return {
    index: new Int32Array(count).fill(-1),
    first: new Float32Array(count).fill(-2),
    second: new Float32Array(count).fill(-2),
  };
}

/** Calls back with the products of some rows of A with all of B, until all rows of A have passed. */
async function forBlocks(
  a: Descriptors,
  b: Descriptors,
  use: (scores: Float32Array, start: number, rows: number) => void,
): Promise<void> {
  const rows = Math.max(1, Math.min(a.count, Math.floor(BLOCK_SCORES / b.count)));
  const sizes = { channels: a.length, heightA: 1, widthA: rows, heightB: 1, widthB: b.count };
  const prepared = await prepareAllPairs({ ...sizes, scale: 'none' }, { threads: 1 });
  try {
    const mapB = { channels: b.length, height: 1, width: b.count, data: channelsFirst(b, 0, b.count) };
    const out = { ...sizes, data: new Float32Array(rows * b.count) };
    for (let start = 0; start < a.count; start += rows) {
      const data = channelsFirst(a, start, rows);
      const volume = await prepared.run({ channels: a.length, height: 1, width: rows, data }, mapB, out);
      use(volume.data, start, Math.min(rows, a.count - start));
    }
  } finally {
    prepared.dispose();
  }
}

/** Descriptors in the kernel's layout; zeros beyond the last. */
function channelsFirst({ count, length, data }: Descriptors, start: number, rows: number): Float32Array {
  const out = new Float32Array(rows * length);
  const present = Math.min(rows, count - start);
  for (let i = 0; i < present; i++)
    for (let c = 0; c < length; c++) out[c * rows + i] = data[(start + i) * length + c];
  return out;
}

function searchRow(
  row: Float32Array,
  i: number,
  best: Best,
  points: ArrayLike<number> | undefined,
  apart: number,
): void {
  let [index, first, second] = [-1, -2, -2];
  for (let j = 0; j < row.length; j++) {
    const score = row[j];
    if (score <= second) continue;
    if (score > first) {
      second = first;
      first = score;
      index = j;
    } else second = score;
  }
  best.index[i] = index;
  best.first[i] = first;
  best.second[i] = points ? secondApart(row, index, points, apart) : second;
}

/** The best score of a point at least `apart` pixels away from the best. */
function secondApart(row: Float32Array, best: number, points: ArrayLike<number>, apart: number): number {
  const x = points[2 * best];
  const y = points[2 * best + 1];
  let second = -2;
  for (let j = 0; j < row.length; j++)
    if (row[j] > second && (points[2 * j] - x) ** 2 + (points[2 * j + 1] - y) ** 2 >= apart * apart)
      second = row[j];
  return second;
}

function searchColumns(row: Float32Array, i: number, { index, first }: Best): void {
  for (let j = 0; j < row.length; j++)
    if (row[j] > first[j]) {
      first[j] = row[j];
      index[j] = i;
    }
}

/** The distance of two vectors of length 1 by their product. */
const distanceOf = (product: number): number => Math.sqrt(Math.max(0, 2 - 2 * product));

function choose(fromA: Best, fromB: Best | null, ratio: number): DescriptorMatches {
  const [indexA, indexB, distances, ratios]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let i = 0; i < fromA.index.length; i++) {
    const j = fromA.index[i];
    if (j < 0 || (fromB && fromB.index[j] !== i)) continue;
    const distance = distanceOf(fromA.first[i]);
    // Without a second best nothing speaks against the best.
    const share = fromA.second[i] < -1 ? 0 : distance / Math.max(distanceOf(fromA.second[i]), 1e-6);
    if (share > ratio) continue;
    indexA.push(i);
    indexB.push(j);
    distances.push(distance);
    ratios.push(Math.min(1, share));
  }
  return pack(indexA, indexB, distances, ratios);
}

const pack = (
  indexA: readonly number[],
  indexB: readonly number[],
  distances: readonly number[],
  ratios: readonly number[],
): DescriptorMatches => ({
  indexA: Uint32Array.from(indexA),
  indexB: Uint32Array.from(indexB),
  distances: Float32Array.from(distances),
  ratios: Float32Array.from(ratios),
});
