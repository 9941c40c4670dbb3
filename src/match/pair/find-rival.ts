import type { Correspondences } from '../../core/index.ts';
import { applyHomography } from '../../core/index.ts';
import type { DescriptorMatches, Features } from '../../features/index.ts';
import { isDescriptorNear } from '../../features/match/index.ts';
import { fitModel } from '../../geometry/index.ts';
import { isAlike } from './match-nearby.ts';

/** So many matches are looked at, spread over all. */
const SAMPLES = 80;

/** The nearest places that look like a match's own are taken, so many of each match: the neighbours in a lattice. */
const NEIGHBOURS = 4;

/** A place looks as good as the partner where its descriptor is at most this much farther away: a factor, and a sum. */
const [AS_GOOD_FACTOR, AS_GOOD_SUM] = [1.1, 0.05];

/** Another transform explains the matches as well where it finds this share of them again. */
const AS_WELL = 0.6;

/** Pixels from the border of B within which a place may have no keypoint. */
const MARGIN = 8;

/**
 * Whether another transform explains the matches of a repeated texture as well: most of what was matched looks the
 * same elsewhere in B, all moved alike.
 *
 * @param a features of A where A has been warped onto B
 * @param apart places nearer than this to a partner are the partner's own, in pixels
 */
export function hasRival(
  a: Features,
  b: Features,
  matches: DescriptorMatches,
  { width, height }: { readonly width: number; readonly height: number },
  apart: number,
): boolean {
  const samples = chooseSamples(matches.indexA.length);
  const rivals = samples.flatMap((k) => {
    const [i, j] = [matches.indexA[k], matches.indexB[k]];
    return findLookAlikes(a, b, i, j, matches.distances[k], apart).map((m) => [j, m]);
  });
  if (new Set(rivals.map(([j]) => j)).size < AS_WELL * 0.5 * samples.length) return false;
  const from = (column: number) => Float64Array.from(rivals.flatMap((pair) => pointOf(b, pair[column])));
  const elsewhere: Correspondences = {
    pointsA: from(0),
    pointsB: from(1),
    scores: new Float32Array(rivals.length).fill(1),
    source: 'features',
  };
  const { matrix, inliers } = fitModel('affine', elsewhere, { maxIterations: 500 });
  if (!matrix) return false;
  const shown = samples.filter((k) => {
    const [x, y] = applyHomography(matrix, ...pointOf(b, matches.indexB[k]));
    return x >= MARGIN && y >= MARGIN && x <= width - 1 - MARGIN && y <= height - 1 - MARGIN;
  });
  const found = new Set(rivals.filter((_, r) => inliers[r]).map(([j]) => j));
  return found.size >= AS_WELL * shown.length;
}

function chooseSamples(count: number): number[] {
  const chosen = Math.min(SAMPLES, count);
  return Array.from({ length: chosen }, (_, k) => Math.floor((k * count) / chosen));
}

const pointOf = ({ keypoints: { points } }: Features, i: number): [number, number] => [
  points[2 * i],
  points[2 * i + 1],
];

/** The nearest features of B away from partner `j` that look about as much like `i` of A as it does. */
function findLookAlikes(
  a: Features,
  b: Features,
  i: number,
  j: number,
  distance: number,
  apart: number,
): number[] {
  const limit = AS_GOOD_FACTOR * distance + AS_GOOD_SUM;
  const { scales, angles } = a.keypoints;
  const [x, y] = pointOf(b, j);
  const found: { readonly m: number; readonly away: number }[] = [];
  for (let m = 0; m < b.descriptors.count; m++) {
    if (!isAlike(scales[i], b.keypoints.scales[m], angles[i], b.keypoints.angles[m])) continue;
    const [u, v] = pointOf(b, m);
    const away = Math.hypot(u - x, v - y);
    if (away > apart && isDescriptorNear(a, i, b, m, limit)) found.push({ m, away });
  }
  return found
    .sort((p, q) => p.away - q.away)
    .slice(0, NEIGHBOURS)
    .map(({ m }) => m);
}
