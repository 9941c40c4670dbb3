import {
  createCorrespondences,
  multiply3,
  normalizeHomography,
  resizeHomography,
  selectCorrespondences,
  transformPoints,
} from '../../core/index.ts';
import type { Correspondences, Homography, Image } from '../../core/index.ts';
import { extractFeatures, matchDescriptors } from '../../features/index.ts';
import type { ExtractOptions, Features } from '../../features/index.ts';
import { fitHomography } from '../../geometry/index.ts';
import { idealPoints } from '../lens/index.ts';
import type { StitchPair, View } from '../types.ts';
import { verifyPair } from './verify-pair.ts';

/**
 * Finds what two images share. `prepare` is called once an image, `match` once a pair; points are in pixels of
 * the images given to `prepare`.
 */
export interface PairMatcher<Prepared> {
  prepare(image: Image): Promise<Prepared>;
  match(a: Prepared, b: Prepared): Promise<Correspondences>;
  /** The number of points that could be matched, for the explanation of images that have too few. */
  count(prepared: Prepared): number;
  /** A slower matcher that finds more, for images that this one leaves apart. */
  readonly thorough?: PairMatcher<Prepared>;
}

/** Points an image at first, and where images are left apart. */
const [FEW, MANY] = [600, 1500];

/**
 * The matcher by features: many weak points spread over the image, since overlaps are often sky, water or walls.
 *
 * @param options with a `count` it has no more thorough one behind it
 * @example
 * import { createFeatureMatcher } from 'whither/stitch';
 *
 * const matcher = createFeatureMatcher({ count: 2000 });
 * const [a, b] = [await matcher.prepare(imageA), await matcher.prepare(imageB)];
 * const { pointsA, pointsB } = await matcher.match(a, b);
 */
export function createFeatureMatcher(options: ExtractOptions = {}): PairMatcher<Features> {
  if (options.count !== undefined) return matchPoints(options.count, options);
  return { ...matchPoints(FEW, options), thorough: matchPoints(MANY, options) };
}

function matchPoints(count: number, options: ExtractOptions): PairMatcher<Features> {
  const extract: ExtractOptions = {
    spread: 'even',
    contrast: 3,
    upsample: false,
    gradients: 'samples',
    ...options,
    count,
  };
  return {
    prepare: (image) => extractFeatures(image, extract),
    async match(a, b) {
      const [pointsA, pointsB] = [a.keypoints.points, b.keypoints.points];
      const { indexA, indexB, ratios } = await matchDescriptors(a.descriptors, b.descriptors, { pointsB });
      const pick = (points: Float64Array, indices: Uint32Array): Float64Array =>
        Float64Array.from({ length: indices.length * 2 }, (_, i) => points[2 * indices[i >> 1] + (i & 1)]);
      return createCorrespondences(
        pick(pointsA, indexA),
        pick(pointsB, indexB),
        ratios.map((ratio) => 1 - ratio),
        'features',
      );
    },
    count: ({ descriptors }) => descriptors.count,
  };
}

/** From pixels of the image that was matched to those of the full one. */
const toFull = ({ width, height, matched }: View): Homography =>
  resizeHomography(width / matched.width, height / matched.height);
const toMatched = ({ width, height, matched }: View): Homography =>
  resizeHomography(matched.width / width, matched.height / height);

/**
 * Fits a homography to the correspondences of two images and judges the pair.
 *
 * @param found in pixels of the images that were matched
 * @param distortion of both images' lens; defaults to none
 * @example
 * import { examinePair, register } from 'whither/stitch';
 *
 * const { views } = await register(sources);
 * const { verified, reason } = examinePair(views[0].view, views[1].view, correspondences);
 */
export function examinePair(a: View, b: View, found: Correspondences, distortion = 0): StitchPair {
  const ideal = {
    ...found,
    pointsA: idealPoints({ ...a.matched, distortion }, found.pointsA),
    pointsB: idealPoints({ ...b.matched, distortion }, found.pointsB),
  };
  const fit = fitHomography(ideal, { threshold: 3, maxIterations: 3000 });
  const all = resizeMatches(found, toFull(a), toFull(b));
  const inliers = selectCorrespondences(all, fit.inliers);
  const homography = fit.matrix && orient(multiply3(toFull(b), multiply3(fit.matrix, toMatched(a))), inliers);
  const verdict = verifyPair({
    sizeA: a,
    sizeB: b,
    homography,
    pointsA: distortion ? transformPoints(toFull(a), ideal.pointsA) : all.pointsA,
    inlierCount: fit.inlierCount,
    fitReason: fit.reason,
  });
  return { a: a.index, b: b.index, matches: all, inliers, homography, ...verdict };
}

/** The pair judged again by what a lens of this distortion shows. */
export const examineAgain = (a: View, b: View, { matches }: StitchPair, distortion: number): StitchPair =>
  examinePair(a, b, resizeMatches(matches, toMatched(a), toMatched(b)), distortion);

/** The pair with its inliers in ideal pixels. */
export function idealPair(pair: StitchPair, views: readonly View[], distortion: number): StitchPair {
  const [a, b] = [pair.a, pair.b].map((index) => views.find((view) => view.index === index)!);
  const pointsA = idealPoints({ ...a, distortion }, pair.inliers.pointsA);
  const pointsB = idealPoints({ ...b, distortion }, pair.inliers.pointsB);
  return { ...pair, inliers: { ...pair.inliers, pointsA, pointsB } };
}

const resizeMatches = (
  { pointsA, pointsB, ...rest }: Correspondences,
  resizeA: Homography,
  resizeB: Homography,
): Correspondences => ({
  ...rest,
  pointsA: transformPoints(resizeA, pointsA),
  pointsB: transformPoints(resizeB, pointsB),
});

/** The multiple of a homography whose weight is positive where most of the points are. */
function orient(h: Homography, { pointsA, scores }: Correspondences): Homography {
  const normalized = normalizeHomography(h);
  let positive = 0;
  for (let i = 0; i < pointsA.length; i += 2)
    if (normalized[6] * pointsA[i] + normalized[7] * pointsA[i + 1] + normalized[8] > 0) positive++;
  if (positive * 2 >= scores.length) return normalized;
  return normalized.map((value) => -value) as unknown as Homography;
}
