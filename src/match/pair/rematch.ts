import type { Correspondences } from '../../core/correspondences.ts';
import { invertHomography, transformPoints } from '../../core/homography.ts';
import type { Homography } from '../../core/homography.ts';
import { extractFeatures } from '../../features/index.ts';
import type { ExtractOptions, Features, Grey } from '../../features/index.ts';
import { pickKeypoints } from '../../features/keypoint-list.ts';
import { matchNearby } from './match-nearby.ts';
import { createInsideTest, warpView } from './warp-view.ts';
import type { Pyramid } from './warp-view.ts';

/** Pixels at the border of the warped picture in which its end, not its content, makes keypoints. */
const MARGIN = 8;

/**
 * Matches again with A warped onto B by what is known of their geometry: what viewpoint and scale made different is
 * alike then, and each keypoint's partner is within a few pixels.
 *
 * @param radius how far a partner may be from where the homography puts it, in pixels of B
 */
export async function rematch(
  pyramidA: Pyramid,
  featuresB: Features,
  sizeB: Grey,
  homography: Homography,
  radius: number,
  options: ExtractOptions,
): Promise<Correspondences> {
  const toA = invertHomography(homography);
  const view = warpView(pyramidA, toA, sizeB.width, sizeB.height);
  const featuresA = insideOnly(await extractFeatures(view.grey, options), createInsideTest(view, MARGIN));
  const matches = matchNearby(featuresA, featuresB, radius);
  const { points: pa } = featuresA.keypoints;
  const { points: pb } = featuresB.keypoints;
  const pointsA = new Float64Array(matches.indexA.length * 2);
  const pointsB = new Float64Array(matches.indexA.length * 2);
  for (let k = 0; k < matches.indexA.length; k++) {
    const [i, j] = [matches.indexA[k], matches.indexB[k]];
    pointsA.set([pa[2 * i], pa[2 * i + 1]], 2 * k);
    pointsB.set([pb[2 * j], pb[2 * j + 1]], 2 * k);
  }
  return {
    pointsA: transformPoints(toA, pointsA, pointsA),
    pointsB,
    scores: matches.ratios.map((ratio) => 1 - ratio),
    source: 'features',
  };
}

function insideOnly(
  { keypoints, descriptors }: Features,
  isInside: (x: number, y: number) => boolean,
): Features {
  const kept: number[] = [];
  for (let i = 0; i < keypoints.scales.length; i++)
    if (isInside(keypoints.points[2 * i], keypoints.points[2 * i + 1])) kept.push(i);
  const { length } = descriptors;
  const data = new Float32Array(kept.length * length);
  kept.forEach((i, k) => data.set(descriptors.data.subarray(i * length, (i + 1) * length), k * length));
  return { keypoints: pickKeypoints(keypoints, kept), descriptors: { count: kept.length, length, data } };
}
