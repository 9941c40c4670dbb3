import { applyHomography, determinant3, homographyJacobian } from '../../core/index.ts';
import type { Homography } from '../../core/index.ts';
import type { Size } from '../../core/index.ts';

/** What speaks for and against two images showing the same scene. */
export interface PairEvidence {
  readonly sizeA: Size;
  readonly sizeB: Size;
  /** From A to B; null where none stood out. */
  readonly homography: Homography | null;
  /** Points of all matches in A, x and y interleaved. */
  readonly pointsA: ArrayLike<number>;
  readonly inlierCount: number;
  /** What the fit said where there is no homography. */
  readonly fitReason?: string;
}

/** Whether two images show one scene, and why. */
export interface PairVerdict {
  readonly verified: boolean;
  /** Matches of A that lie inside B by the homography. */
  readonly overlapMatches: number;
  /** Share of A that B shows. */
  readonly overlap: number;
  readonly reason?: string;
}

/** Brown and Lowe 2007, section 3.2: what the rates of true and false inliers come to. */
const [BASE, SHARE] = [8, 0.3];
/** More stretch than this between two places of an image is no camera's doing but a fit to chance. */
const MOST_STRETCH = 30;

/**
 * Whether a pair is believed: more inliers than `8 + 0.3 * matches in the overlap` (Brown and Lowe 2007), and a
 * homography that neither mirrors nor folds the image. Unlike OpenCV's, a pair cannot match too well.
 *
 * @example
 * import { fitHomography } from 'whither/geometry';
 * import { verifyPair } from 'whither/stitch';
 *
 * const { matrix: homography, inlierCount } = fitHomography(correspondences);
 * const { pointsA } = correspondences;
 * const { verified } = verifyPair({ sizeA: imageA, sizeB: imageB, homography, pointsA, inlierCount });
 */
export function verifyPair(evidence: PairEvidence): PairVerdict {
  const { homography: h, pointsA, inlierCount, sizeA, sizeB } = evidence;
  const matchCount = pointsA.length / 2;
  if (!h) {
    const reason = `${matchCount} matches, ${evidence.fitReason ?? 'and no geometry stands out among them'}`;
    return { verified: false, overlapMatches: 0, overlap: 0, reason };
  }
  const overlap = sharedArea(h, sizeA, sizeB);
  let overlapMatches = 0;
  for (let i = 0; i < pointsA.length; i += 2)
    if (falls(h, pointsA[i], pointsA[i + 1], sizeB)) overlapMatches++;
  const impossible = findImpossible(h, sizeA);
  if (impossible) return { verified: false, overlapMatches, overlap, reason: impossible };
  const needed = BASE + SHARE * overlapMatches;
  if (inlierCount > needed) return { verified: true, overlapMatches, overlap };
  const reason =
    `${inlierCount} of ${overlapMatches} matches in the overlap agree ` +
    `where more than ${Math.floor(needed)} would be proof`;
  return { verified: false, overlapMatches, overlap, reason };
}

function falls(h: Homography, x: number, y: number, { width, height }: Size): boolean {
  const [u, v] = applyHomography(h, x, y);
  return u >= -0.5 && v >= -0.5 && u <= width - 0.5 && v <= height - 0.5;
}

/** Share of A's area that falls into B, by a grid of 32 x 32. */
export function sharedArea(h: Homography, sizeA: Size, sizeB: Size): number {
  const steps = 32;
  let inside = 0;
  for (let j = 0; j < steps; j++)
    for (let i = 0; i < steps; i++) {
      const x = ((i + 0.5) / steps) * sizeA.width - 0.5;
      const y = ((j + 0.5) / steps) * sizeA.height - 0.5;
      if (h[6] * x + h[7] * y + h[8] > 0 && falls(h, x, y, sizeB)) inside++;
    }
  return inside / (steps * steps);
}

/** Why no camera could have made this map, or nothing. */
function findImpossible(h: Homography, { width, height }: Size): string | undefined {
  if (determinant3(h) <= 0) return 'the geometry that fits best mirrors the image';
  const places = [
    [0, 0],
    [width - 1, 0],
    [0, height - 1],
    [width - 1, height - 1],
  ];
  const areas: number[] = [];
  for (const [x, y] of places) {
    // Rotations by more than a right angle put corners behind the other camera; they cannot be matched there.
    if (h[6] * x + h[7] * y + h[8] <= 0) continue;
    const [xx, xy, yx, yy] = homographyJacobian(h, x, y);
    areas.push(Math.abs(xx * yy - xy * yx));
  }
  if (areas.length < 2) return 'the geometry that fits best folds the image';
  const stretch = Math.sqrt(Math.max(...areas) / Math.min(...areas));
  if (stretch > MOST_STRETCH)
    return `the geometry that fits best stretches one corner ${Math.round(stretch)} times as much as another`;
  return undefined;
}
