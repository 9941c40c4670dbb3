/** Turn, scale and shift: (x, y) goes to (a x - b y + x0, b x + a y + y0). */
export interface Similarity {
  readonly a: number;
  readonly b: number;
  readonly x: number;
  readonly y: number;
}

/** A point in two frames, and how much it counts. */
export interface WeightedPair {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly weight: number;
}

/** Pixels within which a pair agrees, from the first step of the fit to the last. */
const SCALES = [16, 8, 4, 2, 2, 2];

/** Distance in pixels between where a similarity takes a point and where it is. */
export function errorOf({ a, b, x, y }: Similarity, { from, to }: WeightedPair): number {
  return Math.hypot(a * from[0] - b * from[1] + x - to[0], b * from[0] + a * from[1] + y - to[1]);
}

/**
 * The similarity that most of the weight agrees with, by reweighted least squares from `start` on (graduated
 * Geman-McClure); null where no pair counts.
 */
export function fitSimilarity(pairs: readonly WeightedPair[], start: Similarity): Similarity | null {
  if (!pairs.some(({ weight }) => weight > 0)) return null;
  let found = start;
  for (const scale of SCALES) {
    const next = solve(pairs, (pair) => pair.weight / (1 + (errorOf(found, pair) / scale) ** 2) ** 2);
    if (!next) return null;
    found = next;
  }
  return found;
}

function solve(pairs: readonly WeightedPair[], weightOf: (pair: WeightedPair) => number): Similarity | null {
  const weights = pairs.map(weightOf);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (!(sum > 0)) return null;
  const mean = (value: (pair: WeightedPair) => number): number =>
    pairs.reduce((total, pair, i) => total + weights[i] * value(pair), 0) / sum;
  const [u, v] = [mean(({ from }) => from[0]), mean(({ from }) => from[1])];
  const [x, y] = [mean(({ to }) => to[0]), mean(({ to }) => to[1])];
  const dot = mean(({ from, to }) => (from[0] - u) * (to[0] - x) + (from[1] - v) * (to[1] - y));
  const cross = mean(({ from, to }) => (from[0] - u) * (to[1] - y) - (from[1] - v) * (to[0] - x));
  const square = mean(({ from }) => (from[0] - u) ** 2 + (from[1] - v) ** 2);
  // Points in one place tell of no turn.
  const [a, b] = square > 1 ? [dot / square, cross / square] : [1, 0];
  return { a, b, x: x - a * u + b * v, y: y - b * u - a * v };
}
