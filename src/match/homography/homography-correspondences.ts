import type { OptionNames, Size } from '../../core/index.ts';
import type { Correspondences, Homography } from '../../core/index.ts';
import { applyHomography, checkInteger, checkOptions, expected } from '../../core/index.ts';

/** Options of `correspondencesFromHomography`. */
export interface HomographyCorrespondencesOptions {
  /** The score of every one, 0 to 1; defaults to 1. */
  readonly score?: number;
  /** Points along A's longer side; defaults to 32. */
  readonly count?: number;
}

const OPTIONS: OptionNames<HomographyCorrespondencesOptions> = { score: true, count: true };

/**
 * Points of A on a grid with where a homography takes them, those that land in B: what a homography says, for whatever
 * takes correspondences. They agree with it exactly, so that their number and their agreement prove nothing.
 *
 * @param homography from pixels of A to pixels of B
 * @example
 * import { match } from 'whither';
 * import { correspondencesFromHomography } from 'whither/geometry';
 *
 * const correspondences = correspondencesFromHomography(homographyAB, imageA, imageB);
 * const { matrix } = await match(imageA, imageB, { correspondences });
 */
export function correspondencesFromHomography(
  homography: Homography,
  sizeA: Size,
  sizeB: Size,
  options: HomographyCorrespondencesOptions = {},
): Correspondences {
  const { score = 1, count = 32 } = checkOptions(options, OPTIONS, 'correspondencesFromHomography');
  checkInteger(count, 'count', 1);
  if (!(score >= 0 && score <= 1)) throw expected('a number from 0 to 1', 'score', score);
  const step = Math.max(sizeA.width, sizeA.height) / count;
  const [pointsA, pointsB]: [number[], number[]] = [[], []];
  for (let y = (step - 1) / 2; y <= sizeA.height - 1; y += step)
    for (let x = (step - 1) / 2; x <= sizeA.width - 1; x += step) {
      const [u, v] = applyHomography(homography, x, y);
      if (!(u >= 0 && v >= 0 && u <= sizeB.width - 1 && v <= sizeB.height - 1)) continue;
      pointsA.push(x, y);
      pointsB.push(u, v);
    }
  return {
    pointsA: Float64Array.from(pointsA),
    pointsB: Float64Array.from(pointsB),
    scores: new Float32Array(pointsA.length / 2).fill(score),
    source: 'homography-network',
  };
}
