import { multiplyRows } from '../../kernels/products/index.ts';
import { ShapeError, expected } from '../core/errors.ts';
import type { DescriptorMatches, Descriptors, MatchDescriptorsOptions } from './types.ts';

/** What a component of length 1 becomes as an integer; products of vectors are this squared times theirs. */
const WHOLE = 2 ** 14;

/** For each descriptor of one side, what the search has found so far; scores are products of integers. */
interface Best {
  readonly index: Int32Array;
  readonly first: Int32Array;
  readonly second: Int32Array;
}

/** Less than any product. */
const NONE = -(2 ** 31);

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
  const length = (a.length + 7) & ~7;
  const fromA = emptyBest(a.count);
  const fromB = emptyBest(b.count);
  multiplyRows(
    toIntegers(a, length),
    a.count,
    toIntegers(b, length),
    b.count,
    length,
    (scores, start, rows) => {
      for (let r = 0; r < rows; r++) searchRow(scores, r * b.count, start + r, fromA, fromB);
      for (let r = 0; r < rows; r++) {
        const best = fromA.index[start + r];
        // Who is not the best from both sides by now will not be.
        if (mutual && fromB.index[best] !== start + r) continue;
        const row = scores.subarray(r * b.count, (r + 1) * b.count);
        fromA.second[start + r] = secondBest(row, best, options.pointsB, apart);
      }
    },
  );
  return choose(a, b, fromA, mutual ? fromB : null, ratio);
}

function emptyBest(count: number): Best {
  return {
    index: new Int32Array(count).fill(-1),
    first: new Int32Array(count).fill(NONE),
    second: new Int32Array(count).fill(NONE),
  };
}

/** What was made of descriptors that are still about: pictures are matched with many others. */
const whole = new WeakMap<Descriptors, Int16Array>();

/** Rows as integers, filled up with zeros. */
function toIntegers(descriptors: Descriptors, to: number): Int16Array {
  const known = whole.get(descriptors);
  if (known) return known;
  const { count, length, data } = descriptors;
  const out = new Int16Array(count * to);
  for (let i = 0; i < count; i++)
    for (let c = 0; c < length; c++) {
      const value = data[i * length + c] * WHOLE;
      out[i * to + c] = value < 0 ? value - 0.5 : value + 0.5;
    }
  whole.set(descriptors, out);
  return out;
}

/** The best of row `i` of the scores, which begins at `at`, and of every column so far. */
function searchRow(scores: Int32Array, at: number, i: number, fromA: Best, fromB: Best): void {
  const { index, first } = fromB;
  let [best, most] = [-1, NONE];
  for (let j = 0; j < first.length; j++) {
    const score = scores[at + j];
    if (score > most) {
      most = score;
      best = j;
    }
    if (score > first[j]) {
      first[j] = score;
      index[j] = i;
    }
  }
  fromA.index[i] = best;
  fromA.first[i] = most;
}

/** The best score but one; of points at least `apart` pixels away from the best where places are known. */
function secondBest(
  row: Int32Array,
  best: number,
  points: ArrayLike<number> | undefined,
  apart: number,
): number {
  let second = NONE;
  for (let j = 0; j < row.length; j++) {
    if (row[j] <= second || j === best) continue;
    if (
      points &&
      (points[2 * j] - points[2 * best]) ** 2 + (points[2 * j + 1] - points[2 * best + 1]) ** 2 <
        apart * apart
    )
      continue;
    second = row[j];
  }
  return second;
}

/** The distance of two vectors of length 1 by their product as integers. */
const distanceOf = (product: number): number => Math.sqrt(Math.max(0, 2 - (2 * product) / WHOLE ** 2));

/** The same exactly: of close vectors the integers tell little. */
function distanceBetween(a: Descriptors, i: number, b: Descriptors, j: number): number {
  let sum = 0;
  for (let c = 0; c < a.length; c++) sum += (a.data[i * a.length + c] - b.data[j * b.length + c]) ** 2;
  return Math.sqrt(sum);
}

function choose(
  a: Descriptors,
  b: Descriptors,
  fromA: Best,
  fromB: Best | null,
  ratio: number,
): DescriptorMatches {
  const [indexA, indexB, distances, ratios]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let i = 0; i < fromA.index.length; i++) {
    const j = fromA.index[i];
    if (j < 0 || (fromB && fromB.index[j] !== i)) continue;
    const distance = distanceBetween(a, i, b, j);
    // Without a second best nothing speaks against the best.
    const share = fromA.second[i] === NONE ? 0 : distance / Math.max(distanceOf(fromA.second[i]), 1e-6);
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
