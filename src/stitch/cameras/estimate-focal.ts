import type { Homography } from '../../core/index.ts';
import { multiply3 } from '../../core/index.ts';
import { fitRotation } from './rotation.ts';
import { pixelToRay } from './rotation-cameras.ts';
import type { Size } from '../../core/index.ts';

/** Corresponding points of a pair, and the sizes of its images. */
export interface FocalPair {
  readonly sizeA: Size;
  readonly sizeB: Size;
  readonly pointsA: Float64Array;
  readonly pointsB: Float64Array;
  readonly homography: Homography;
}

/** A focal length and what it rests on. */
export interface FocalEstimate {
  /** Focal length in multiples of the longer side of an image; 1 is a view of 53 degrees. */
  readonly ratio: number;
  /**
   * - `pairs`: the correspondences say it
   * - `camera`: the correspondences would allow many, and the camera noted this one
   * - `assumed`: they would allow many, and nothing was noted
   */
  readonly source: 'pairs' | 'camera' | 'assumed';
}

/** What most cameras have when nobody zooms: a view of about 50 degrees. */
const USUAL_RATIO = 1.1;
const [LEAST_RATIO, GREATEST_RATIO] = [0.3, 8];
/** The best focal length must beat the ones twice and half as long by this factor of the error to be believed. */
const SHARPNESS = 1.15;

/**
 * The focal lengths in pixels by which a homography between two images of a turning camera can come about, where
 * the principal points are the middles (Szeliski and Shum 1997, section 4); none where it says nothing.
 *
 * @example
 * import { focalsOfHomography } from 'whither/stitch';
 *
 * const focals = focalsOfHomography(homographyAB, imageA, imageB);
 */
export function focalsOfHomography(h: Homography, sizeA: Size, sizeB: Size): number[] {
  const c = multiply3(
    pixelToRay(1, sizeB),
    multiply3(h, [1, 0, (sizeA.width - 1) / 2, 0, 1, (sizeA.height - 1) / 2, 0, 0, 1]),
  );
  const quotients: [number, number][] = [
    // Rows of inv(Kb) H Ka are orthogonal and equally long: for A; columns: for B.
    [-(c[2] * c[5]), c[0] * c[3] + c[1] * c[4]],
    [c[5] * c[5] - c[2] * c[2], c[0] * c[0] + c[1] * c[1] - c[3] * c[3] - c[4] * c[4]],
    [-(c[0] * c[1] + c[3] * c[4]), c[6] * c[7]],
    [c[0] * c[0] + c[3] * c[3] - c[1] * c[1] - c[4] * c[4], c[7] * c[7] - c[6] * c[6]],
  ];
  return quotients
    .map(([above, below]) => above / below)
    .filter((squared) => Number.isFinite(squared) && squared > 0)
    .map(Math.sqrt);
}

/**
 * One focal length for all pairs: of those that the homographies propose, what the camera noted, and a row of usual
 * ones, the one by whose rotations the points meet best. Pairs that only roll about the line of sight, or hardly
 * turn, agree with any focal length; then the noted one counts, or a usual one.
 *
 * @param noted the camera's own, in multiples of the longer side
 * @example
 * import { estimateFocal } from 'whither/stitch';
 *
 * const { pointsA, pointsB } = correspondences;
 * const pair = { sizeA: imageA, sizeB: imageB, pointsA, pointsB, homography: homographyAB };
 * const { ratio, source } = estimateFocal([pair]);
 */
export function estimateFocal(pairs: readonly FocalPair[], noted?: number): FocalEstimate {
  const longer = ({ width, height }: Size): number => Math.max(width, height);
  const proposed = pairs.flatMap(({ homography, sizeA, sizeB }) =>
    focalsOfHomography(homography, sizeA, sizeB).map((f) => f / Math.max(longer(sizeA), longer(sizeB))),
  );
  const usual = Array.from(
    { length: 20 },
    (_, i) => LEAST_RATIO * (GREATEST_RATIO / LEAST_RATIO) ** (i / 19),
  );
  const candidates = [...usual, ...spread(proposed), ...(noted ? [noted] : [])].filter(
    (ratio) => ratio >= LEAST_RATIO && ratio <= GREATEST_RATIO,
  );
  const scored = candidates.map((ratio) => ({ ratio, error: rotationError(pairs, ratio) }));
  const best = scored.reduce((x, y) => (y.error < x.error ? y : x));
  const beside = [best.ratio / 2, best.ratio * 2].map((ratio) => rotationError(pairs, ratio));
  if (Math.min(...beside) > SHARPNESS * best.error) return { ratio: best.ratio, source: 'pairs' };
  return noted ? { ratio: noted, source: 'camera' } : { ratio: USUAL_RATIO, source: 'assumed' };
}

/** At most 24 of many, by their ranks. */
function spread(values: readonly number[]): number[] {
  const sorted = [...values].sort((x, y) => x - y);
  if (sorted.length <= 24) return sorted;
  return Array.from({ length: 24 }, (_, i) => sorted[Math.round((i / 23) * (sorted.length - 1))]);
}

/** Mean over the pairs of the median error in pixels, floored at the noise of points, under the best rotations. */
function rotationError(pairs: readonly FocalPair[], ratio: number): number {
  const medians = pairs.map((pair) => {
    const focalA = ratio * Math.max(pair.sizeA.width, pair.sizeA.height);
    const focalB = ratio * Math.max(pair.sizeB.width, pair.sizeB.height);
    const raysA = toRays(pair.pointsA, focalA, pair.sizeA);
    const raysB = toRays(pair.pointsB, focalB, pair.sizeB);
    const r = fitRotation(raysA, raysB);
    const errors = new Float64Array(raysA.length / 3);
    for (let i = 0; i < raysA.length; i += 3) {
      const x = raysA[i];
      const y = raysA[i + 1];
      const z = raysA[i + 2];
      const dx = r[0] * x + r[1] * y + r[2] * z - raysB[i];
      const dy = r[3] * x + r[4] * y + r[5] * z - raysB[i + 1];
      const dz = r[6] * x + r[7] * y + r[8] * z - raysB[i + 2];
      errors[i / 3] = focalB * Math.sqrt(dx * dx + dy * dy + dz * dz);
    }
    return errors.sort()[errors.length >> 1];
  });
  return Math.max(0.1, medians.reduce((x, y) => x + y, 0) / medians.length);
}

/** Directions of length 1 of about a hundred points spread over the list. */
export function toRays(points: Float64Array, focal: number, size: Size): Float64Array {
  const every = Math.max(1, Math.floor(points.length / 200));
  const count = Math.ceil(points.length / 2 / every);
  const rays = new Float64Array(count * 3);
  for (let k = 0; k < count; k++) {
    const x = (points[2 * k * every] - (size.width - 1) / 2) / focal;
    const y = (points[2 * k * every + 1] - (size.height - 1) / 2) / focal;
    const length = Math.sqrt(x * x + y * y + 1);
    rays[3 * k] = x / length;
    rays[3 * k + 1] = y / length;
    rays[3 * k + 2] = 1 / length;
  }
  return rays;
}

/** The rotation of B's camera frame against A's, from the points of a pair. */
export function pairRotation(pair: Omit<FocalPair, 'homography'>, focalA: number, focalB: number) {
  return fitRotation(toRays(pair.pointsA, focalA, pair.sizeA), toRays(pair.pointsB, focalB, pair.sizeB));
}
