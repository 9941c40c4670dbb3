import type { Correspondences, Homography } from '../../core/index.ts';
import { invertHomography, transformPoints } from '../../core/index.ts';
import { extractFeatures } from '../../features/index.ts';
import type { ExtractOptions, Features, Grey } from '../../features/index.ts';
import { joinPoints } from '../../features/match/index.ts';
import { filterFeatures } from '../../features/detect/index.ts';
import { hasRival } from './find-rival.ts';
import { matchNearby } from './match-nearby.ts';
import { createInsideTest, warpView } from './warp-view.ts';
import type { GreyPyramid } from './warp-view.ts';

/** Pixels at the border of the warped image in which its end, not its content, makes keypoints. */
const MARGIN = 8;

/** What a rematch found. */
export interface Rematch {
  readonly correspondences: Correspondences;
  /** Tells whether another transform explains them as well. */
  isAmbiguous(): boolean;
}

/**
 * Matches again with A warped onto B by what is known of their geometry: what viewpoint and scale made different is
 * alike then, and each keypoint's partner is within a few pixels.
 *
 * @param radius how far a partner may be from where the homography puts it, in pixels of B
 */
export async function rematch(
  pyramidA: GreyPyramid,
  featuresB: Features,
  sizeB: Grey,
  homography: Homography,
  radius: number,
  options: ExtractOptions,
): Promise<Rematch> {
  const toA = invertHomography(homography);
  const view = warpView(pyramidA, toA, sizeB.width, sizeB.height);
  const featuresA = filterFeatures(await extractFeatures(view.grey, options), createInsideTest(view, MARGIN));
  const matches = matchNearby(featuresA, featuresB, radius);
  const found = joinPoints(featuresA, featuresB, matches);
  return {
    correspondences: { ...found, pointsA: transformPoints(toA, found.pointsA) },
    isAmbiguous: () => hasRival(featuresA, featuresB, matches, sizeB, 2 * radius),
  };
}
