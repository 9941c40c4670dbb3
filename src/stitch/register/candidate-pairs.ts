import { checkInteger, checkOneOf, expected } from '../../core/index.ts';

/** How the images were taken: in any order, one after the other, or one after the other and back to the first. */
export type ImageOrder = 'any' | 'sequence' | 'loop';

type Pair = readonly [a: number, b: number];

/** Above this many images not every pair is compared. */
export const MOST_FOR_ALL_PAIRS = 30;
/** Neighbours in the list on either side that are compared where there are more. */
const REACH = 6;

/**
 * The pairs to compare, by places in the list of those that could be read.
 *
 * @param places of these images in the list that was given
 * @param wanted pairs by places in the list that was given
 */
export function candidatePairs(
  places: readonly number[],
  wanted?: readonly Pair[],
  order: ImageOrder = 'any',
): Pair[] {
  const count = places.length;
  if (order !== 'any') return joinPairs(neighbours(count, order === 'loop'), keptPairs(places, wanted ?? []));
  return wanted ? joinPairs([], keptPairs(places, wanted)) : likelyPairs(count);
}

/** Checks the pairs and the order that are asked for; each pair from the lower place to the higher one. */
export function wantedPairs(
  count: number,
  { pairs, order }: { readonly pairs?: readonly Pair[]; readonly order?: ImageOrder },
): readonly Pair[] | undefined {
  if (order !== undefined) checkOneOf(order, 'order', ['any', 'sequence', 'loop'] as const);
  return pairs?.map((pair, i): Pair => {
    if (!Array.isArray(pair) || pair.length !== 2) throw expected('two places', `pairs[${i}]`, pair);
    for (const place of pair) checkInteger(place, `pairs[${i}]`, 0, count - 1);
    if (pair[0] === pair[1])
      throw new RangeError(`Expected two images for pairs[${i}] but both are ${pair[0]}`);
    return [Math.min(...pair), Math.max(...pair)];
  });
}

/** All of a few images; of many those near each other in the list, and the two ends. */
function likelyPairs(count: number): Pair[] {
  const pairs: Pair[] = [];
  for (let a = 0; a < count; a++)
    for (let b = a + 1; b < count; b++) {
      const apart = Math.min(b - a, count - (b - a));
      if (count <= MOST_FOR_ALL_PAIRS || apart <= REACH) pairs.push([a, b]);
    }
  return pairs;
}

function neighbours(count: number, closed: boolean): Pair[] {
  const pairs = Array.from({ length: Math.max(0, count - 1) }, (_, a): Pair => [a, a + 1]);
  return closed && count > 2 ? [...pairs, [0, count - 1]] : pairs;
}

/** The pairs both images of which could be read. */
function keptPairs(places: readonly number[], pairs: readonly Pair[]): Pair[] {
  const kept = new Map(places.map((place, k) => [place, k]));
  return pairs.flatMap(([a, b]): Pair[] => {
    const [viewA, viewB] = [kept.get(a), kept.get(b)];
    return viewA === undefined || viewB === undefined ? [] : [[viewA, viewB]];
  });
}

/** Each pair once, in rising order. */
function joinPairs(first: readonly Pair[], second: readonly Pair[]): Pair[] {
  const all = new Map([...first, ...second].map((pair) => [pair.join(), pair]));
  return [...all.values()].sort((p, q) => p[0] - q[0] || p[1] - q[1]);
}
