import { nearestRows, NONE } from '../../../kernels/nearest/index.ts';
import type { Nearest, Rows } from '../../../kernels/nearest/index.ts';
import { ShapeError, checkOptions, expected } from '../../core/index.ts';
import { MATCH_DESCRIPTORS_OPTIONS } from '../types.ts';
import type { DescriptorMatches, Descriptors, MatchDescriptorsOptions } from '../types.ts';

/** What a component of length 1 becomes as an integer; products of vectors are this squared times theirs. */
const WHOLE = 2 ** 14;

/**
 * Matches descriptors by the matrix of all their products: best with best from both sides, and clearly better than the
 * second best (Lowe 2004, section 7.1).
 *
 * @returns matches by rising index of A
 * @throws {ShapeError} where the two are of different lengths
 * @example
 * import { extractFeatures, matchDescriptors } from 'whither/features';
 *
 * const [a, b] = [await extractFeatures(imageA), await extractFeatures(imageB)];
 * const { indexA, indexB } = await matchDescriptors(a.descriptors, b.descriptors, { ratio: 0.8 });
 */
export async function matchDescriptors(
  a: Descriptors,
  b: Descriptors,
  options: MatchDescriptorsOptions = {},
): Promise<DescriptorMatches> {
  checkOptions(options, MATCH_DESCRIPTORS_OPTIONS, 'matchDescriptors');
  const { ratio = 0.8, mutual = true, apart = 10 } = options;
  if (!(ratio > 0 && ratio <= 1)) throw expected('a number above 0 and up to 1', 'ratio', ratio);
  if (a.count && b.count && a.length !== b.length)
    throw new ShapeError(
      `Expected descriptors of one length but received ${a.length} and ${b.length}: describe both alike`,
    );
  if (!a.count || !b.count) return pack([], [], [], []);
  const rivals = options.pointsB && { points: Float32Array.from(options.pointsB), distance: apart };
  return choose(a, b, nearestRows(toIntegers(a), toIntegers(b), rivals), mutual, ratio);
}

/** What was made of descriptors that are still about: images are matched with many others. */
const whole = new WeakMap<Descriptors, Rows>();

/** Descriptors as integers, filled up with zeros to a multiple of eight. */
function toIntegers(descriptors: Descriptors): Rows {
  const known = whole.get(descriptors);
  if (known) return known;
  const { count, length: from, data } = descriptors;
  const length = (from + 7) & ~7;
  const out = new Int16Array(count * length);
  for (let i = 0; i < count; i++) roundRow(data, i * from, out, i * length, from);
  const rows = { count, length, data: out };
  whole.set(descriptors, rows);
  return rows;
}

function roundRow(data: Float32Array, from: number, out: Int16Array, to: number, count: number): void {
  for (let c = 0; c < count; c++) {
    const value = data[from + c] * WHOLE;
    out[to + c] = value < 0 ? value - 0.5 : value + 0.5;
  }
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
  { indexA: partners, indexB: back, secondA: second }: Nearest,
  mutual: boolean,
  ratio: number,
): DescriptorMatches {
  const [indexA, indexB, distances, ratios]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let i = 0; i < partners.length; i++) {
    const j = partners[i];
    if (mutual && back[j] !== i) continue;
    const distance = distanceBetween(a, i, b, j);
    // Without a second best nothing speaks against the best.
    const share = second[i] === NONE ? 0 : distance / Math.max(distanceOf(second[i]), 1e-6);
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
