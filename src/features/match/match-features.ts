import type { Correspondences, Matrix3, OptionNames } from '../../core/index.ts';
import { checkOptions, transformPoints } from '../../core/index.ts';
import { fitModel, sampsonDistance } from '../../geometry/index.ts';
import type { FitOptions, GeometricModel, RobustFit } from '../../geometry/index.ts';
import { matchDescriptors } from './match-descriptors.ts';
import { createPartners } from './partners.ts';
import type { DescriptorMatches, Features } from '../types.ts';

/** Options of `matchFeatures`. */
export interface MatchFeaturesOptions extends FitOptions {
  /** Defaults to `homography`. */
  readonly model?: GeometricModel;
  /** Greatest distance of the best descriptor over the second best's; defaults to 0.8. */
  readonly ratio?: number;
  /** Match a second time where the first geometry says that partners can lie; defaults to true. */
  readonly guided?: boolean;
}

const OPTIONS: OptionNames<MatchFeaturesOptions> = {
  threshold: true,
  confidence: true,
  maxIterations: true,
  seed: true,
  minInliers: true,
  model: true,
  ratio: true,
  guided: true,
};

/** Features that were matched, and the geometry that they follow. */
export interface FeatureMatch {
  /** All matches, the wrong ones too; `fit.inliers` tells them apart. */
  readonly correspondences: Correspondences;
  /** The features of A and B that each correspondence joins. */
  readonly indexA: Uint32Array;
  readonly indexB: Uint32Array;
  readonly fit: RobustFit;
}

/** Ratio of the second round, in which few candidates are left to be confused with. */
const GUIDED_RATIO = 0.9;

/** Candidates of the second round lie within this many thresholds of where the geometry puts them. */
const GUIDED_REACH = 2;

/** Descriptors of length 1 that are farther apart than this are not of one place. */
const MOST_DISTANCE = 0.9;

/**
 * Matches the features of two images and fits a geometry: descriptors by mutual best and ratio, the robust fit, then
 * once more among the candidates that the geometry leaves, which finds those that repeated texture hid.
 *
 * @throws as `matchDescriptors` and `fitModel`
 * @example
 * import { extractFeatures, matchFeatures } from 'whither/features';
 *
 * const [a, b] = [await extractFeatures(imageA), await extractFeatures(imageB)];
 * const { correspondences, fit } = await matchFeatures(a, b, { model: 'affine' });
 * console.log(`${fit.inlierCount} of ${correspondences.scores.length} matches agree`);
 */
export async function matchFeatures(
  a: Features,
  b: Features,
  options: MatchFeaturesOptions = {},
): Promise<FeatureMatch> {
  checkOptions(options, OPTIONS, 'matchFeatures');
  const { model = 'homography', ratio = 0.8, guided = true, ...fit } = options;
  const first = fitMatches(
    a,
    b,
    await matchDescriptors(a.descriptors, b.descriptors, { ratio, pointsB: b.keypoints.points }),
    model,
    fit,
  );
  if (!guided || !first.fit.matrix) return first;
  const reach = GUIDED_REACH * (fit.threshold ?? 3);
  const second = fitMatches(a, b, matchGuided(a, b, model, first.fit.matrix, reach), model, fit);
  return second.fit.inlierCount > first.fit.inlierCount ? second : first;
}

function fitMatches(
  a: Features,
  b: Features,
  matches: DescriptorMatches,
  model: GeometricModel,
  options: FitOptions,
): FeatureMatch {
  const correspondences = joinPoints(a, b, matches);
  const { indexA, indexB } = matches;
  return { correspondences, indexA, indexB, fit: fitModel(model, correspondences, options) };
}

/** The places of matched features; the score is 1 minus the ratio. */
export function joinPoints(
  a: Features,
  b: Features,
  { indexA, indexB, ratios }: DescriptorMatches,
): Correspondences {
  const pointsA = new Float64Array(indexA.length * 2);
  const pointsB = new Float64Array(indexA.length * 2);
  for (let k = 0; k < indexA.length; k++) {
    pointsA[2 * k] = a.keypoints.points[2 * indexA[k]];
    pointsA[2 * k + 1] = a.keypoints.points[2 * indexA[k] + 1];
    pointsB[2 * k] = b.keypoints.points[2 * indexB[k]];
    pointsB[2 * k + 1] = b.keypoints.points[2 * indexB[k] + 1];
  }
  return { pointsA, pointsB, scores: ratios.map((ratio) => 1 - ratio), source: 'features' };
}

/** Tells whether features `i` of A and `j` of B fit a geometry. */
type Fits = (i: number, j: number) => boolean;

function createFitTest(
  a: Features,
  b: Features,
  model: GeometricModel,
  matrix: Matrix3,
  reach: number,
): Fits {
  const { points: from } = a.keypoints;
  const { points: to } = b.keypoints;
  if (model === 'fundamental')
    return (i, j) =>
      Math.abs(sampsonDistance(matrix, from[2 * i], from[2 * i + 1], to[2 * j], to[2 * j + 1])) < reach;
  const moved = transformPoints(matrix, from);
  return (i, j) => (moved[2 * i] - to[2 * j]) ** 2 + (moved[2 * i + 1] - to[2 * j + 1]) ** 2 < reach * reach;
}

/** Mutual best descriptors among the pairs that fit a geometry within `reach` pixels. */
export function matchGuided(
  a: Features,
  b: Features,
  model: GeometricModel,
  matrix: Matrix3,
  reach: number,
): DescriptorMatches {
  const fits = createFitTest(a, b, model, matrix, reach);
  const [countA, countB] = [a.descriptors.count, b.descriptors.count];
  const forward = createPartners(countA, b, MOST_DISTANCE);
  const firstB = new Float32Array(countB).fill(Infinity);
  const indexB = new Int32Array(countB).fill(-1);
  for (let i = 0; i < countA; i++)
    for (let j = 0; j < countB; j++) {
      if (!fits(i, j)) continue;
      const distance = descriptorDistance(a, i, b, j);
      if (distance < firstB[j]) {
        firstB[j] = distance;
        indexB[j] = i;
      }
      forward.offer(i, j, distance);
    }
  const { index, first, second } = forward;
  const chosen: number[] = [];
  for (let i = 0; i < countA; i++)
    if (index[i] >= 0 && indexB[index[i]] === i && first[i] <= GUIDED_RATIO * second[i]) chosen.push(i);
  return {
    indexA: Uint32Array.from(chosen),
    indexB: Uint32Array.from(chosen, (i) => index[i]),
    distances: Float32Array.from(chosen, (i) => first[i]),
    ratios: Float32Array.from(chosen, (i) => first[i] / Math.max(first[i], Math.min(second[i], 1))),
  };
}

/** Euclidean distance of descriptors of length 1. */
export function descriptorDistance(a: Features, i: number, b: Features, j: number): number {
  const { length, data: da } = a.descriptors;
  const { data: db } = b.descriptors;
  let product = 0;
  for (let c = 0, p = i * length, q = j * length; c < length; c++) product += da[p + c] * db[q + c];
  return Math.sqrt(Math.max(0, 2 - 2 * product));
}

/** Whether the distance of two descriptors is at most `limit`; most that are farther apart are told by their first values. */
export function isDescriptorNear(a: Features, i: number, b: Features, j: number, limit: number): boolean {
  const { length, data: da } = a.descriptors;
  const { data: db } = b.descriptors;
  let sum = 0;
  for (let c = 0, p = i * length, q = j * length; c < length && sum <= limit * limit;) {
    for (const end = Math.min(length, c + 16); c < end; c++) sum += (da[p + c] - db[q + c]) ** 2;
  }
  return sum <= limit * limit;
}
