import {
  applyHomography,
  checkAborted,
  checkImage,
  checkInteger,
  checkOneOf,
  checkOptions,
  checkSignal,
  countCorrespondences,
  expected,
  joinCorrespondences,
} from '../../core/index.ts';
import type { Correspondences, Homography, Image, Matrix3, OptionNames } from '../../core/index.ts';
import { extractFeatures, matchDescriptors, toGrey } from '../../features/index.ts';
import type { ExtractOptions, Features, Grey } from '../../features/index.ts';
import { joinPoints, matchGuided } from '../../features/match/index.ts';
import { ESTIMATORS } from '../../geometry/robust/index.ts';
import { fitModel, logFalseAlarms, toConfidence } from '../../geometry/index.ts';
import type { FitOptions, GeometricModel, RobustFit } from '../../geometry/index.ts';
import { polishHomography } from './polish.ts';
import { rematch } from './rematch.ts';
import { simulateViews } from './simulate-views.ts';
import { buildPyramid, moveCorners } from './warp-view.ts';
import type { GreyPyramid } from './warp-view.ts';

/** Options of `match`. */
export interface MatchOptions {
  /** What is fitted; defaults to `homography`. */
  readonly model?: GeometricModel;
  /** How keypoints are found and described; defaults to 4000 of the strongest `dog`, by `rootsift`. */
  readonly features?: ExtractOptions;
  /** Greatest distance of the best descriptor over the second best's; defaults to 0.8. */
  readonly ratio?: number;
  /** Greatest error of an inlier in pixels of B; defaults to 3. */
  readonly threshold?: number;
  /** Defaults to 1; the same seed gives the same result. */
  readonly seed?: number;
  /**
   * Match simulated views from other sides too, which takes several times as long: by default (`auto`) where plain
   * features leave fewer than 80 inliers.
   */
  readonly simulate?: 'auto' | 'always' | 'never';
  /**
   * Match again with A warped onto B by what was found, or for `fundamental` along epipolar lines.
   *
   * @default true
   */
  readonly rematch?: boolean;
  /**
   * Align the images themselves at the end, which helps where features are few; defaults to false, since it gained
   * nothing on images full of them. Only for `homography`.
   */
  readonly polish?: boolean;
  /** Take these instead of matching features, such as `correspondencesFromFlow` makes. */
  readonly correspondences?: Correspondences;
  /** Ends the match between two stages or simulated views: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

export const MATCH_OPTIONS: OptionNames<MatchOptions> = {
  model: true,
  features: true,
  ratio: true,
  threshold: true,
  seed: true,
  simulate: true,
  rematch: true,
  polish: true,
  correspondences: true,
  signal: true,
};

/** One stage of a match, in the order they ran. */
export interface MatchStage {
  readonly name: 'features' | 'views' | 'given' | 'guided' | 'rematch' | 'polish';
  /** Correspondences that were there to fit to. */
  readonly matches: number;
  readonly inliers: number;
  readonly milliseconds: number;
}

/** Two images matched. */
export interface PairMatch extends RobustFit {
  /** From pixels of A to pixels of B; null for `fundamental`, and where nothing was found. */
  readonly homography: Homography | null;
  /**
   * Whether the texture repeats, and another transform explains the matches as well; false where A was not matched
   * again. The confidence is halved then.
   */
  readonly ambiguous: boolean;
  /** What `matrix` was fitted to at last; `inliers` marks those that agree. */
  readonly correspondences: Correspondences;
  readonly stages: readonly MatchStage[];
}

type Checked = Required<Omit<MatchOptions, 'correspondences' | 'signal'>> & Pick<MatchOptions, 'signal'>;

/** Fewer inliers than this make other sides worth a try. */
const WEAK = 80;

/** Fewer inliers than this after a try make views of the other image worth one. */
const VERY_WEAK = 30;

/** Tilts of the simulated views, the longer side that these are made from, and their ratio. */
const TILTS = [2, 4];
const VIEW_SIDE = 480;
const VIEW_RATIO = 0.85;

/** Pixels of B within which partners are looked for when A is warped onto it, first and again. */
const REMATCH_RADII = [12, 4];

/** A rematch that moved no corner that B shows by more pixels than this needs no other. */
const SETTLED = 2;

/**
 * Finds where the points of A lie in B, and the geometry that they follow: features matched and fitted robustly; where
 * few agree, the images seen from other sides; then matched again with A warped onto B; at last, if asked for, the
 * images themselves aligned.
 *
 * Images that have nothing in common are no error: `matrix` is null then, and `reason` says so. The result depends
 * on the arguments alone.
 *
 * @throws {TypeError | RangeError | ShapeError} for options or images that make no sense; the reason of `signal` once that
 *   is aborted
 * @example
 * import { applyHomography, match } from 'whither';
 *
 * const { homography, confidence, reason } = await match(imageA, imageB);
 * if (homography) console.log('(0, 0) of A lies at', applyHomography(homography, 0, 0), 'in B', confidence);
 * else console.log(reason);
 */
export async function match(imageA: Image, imageB: Image, options: MatchOptions = {}): Promise<PairMatch> {
  checkOptions(options, MATCH_OPTIONS, 'match');
  const checked = completeOptions(options);
  const [a, b] = [checkImage(imageA, 'imageA'), checkImage(imageB, 'imageB')];
  const pair: Pair = { a: toGrey(a), b: toGrey(b), stages: [], options: checked };
  let state = options.correspondences
    ? fitStage(pair, 'given', performance.now(), options.correspondences)
    : await matchPlainly(pair);
  if (!options.correspondences) state = await matchViews(pair, state);
  if (state.fit.matrix && checked.rematch) state = await matchAgain(pair, state);
  await checkAborted(checked.signal);
  if (state.fit.matrix && checked.polish && checked.model === 'homography') state = alignImages(pair, state);
  const { fit, correspondences, ambiguous = false } = state;
  const confidence = fit.matrix ? toConfidence(state.logFalseAlarms) : 0;
  return {
    ...fit,
    logFalseAlarms: state.logFalseAlarms,
    confidence: ambiguous ? confidence / 2 : confidence,
    ambiguous,
    homography: checked.model === 'fundamental' ? null : fit.matrix,
    correspondences,
    stages: pair.stages,
  };
}

interface Pair {
  readonly a: Grey;
  readonly b: Grey;
  readonly stages: MatchStage[];
  readonly options: Checked;
  featuresA?: Features;
  featuresB?: Features;
  pyramidA?: GreyPyramid;
}

interface State {
  readonly correspondences: Correspondences;
  readonly fit: RobustFit;
  /** That of the matches which were found without knowing the geometry, or of those that it predicted to a few pixels. */
  readonly logFalseAlarms: number;
  readonly ambiguous?: boolean;
}

function completeOptions(options: MatchOptions): Checked {
  const {
    model = 'homography',
    features = {},
    ratio = 0.8,
    threshold = 3,
    seed = 1,
    simulate = 'auto',
    rematch: again = true,
    polish = false,
    signal,
  } = options;
  checkSignal(signal);
  checkOneOf(model, 'model', ['translation', 'similarity', 'affine', 'homography', 'fundamental']);
  checkOneOf(simulate, 'simulate', ['auto', 'always', 'never']);
  checkInteger(seed, 'seed');
  if (!(ratio > 0 && ratio <= 1)) throw expected('a number above 0 and up to 1', 'ratio', ratio);
  return { model, features, ratio, threshold, seed, simulate, rematch: again, polish, signal };
}

function fitStage(
  { stages, options }: Pair,
  name: MatchStage['name'],
  start: number,
  correspondences: Correspondences,
): State {
  const settings: FitOptions = { threshold: options.threshold, seed: options.seed };
  const fit = fitModel(options.model, correspondences, settings);
  stages.push({
    name,
    matches: countCorrespondences(correspondences),
    inliers: fit.inlierCount,
    milliseconds: performance.now() - start,
  });
  return { correspondences, fit, logFalseAlarms: fit.logFalseAlarms };
}

async function featuresOfA(pair: Pair): Promise<Features> {
  await checkAborted(pair.options.signal);
  return (pair.featuresA ??= await extractFeatures(pair.a, pair.options.features));
}

async function featuresOfB(pair: Pair): Promise<Features> {
  await checkAborted(pair.options.signal);
  return (pair.featuresB ??= await extractFeatures(pair.b, pair.options.features));
}

const pyramidOfA = (pair: Pair): GreyPyramid => (pair.pyramidA ??= buildPyramid(pair.a));

async function matchPlainly(pair: Pair): Promise<State> {
  const start = performance.now();
  const [a, b] = [await featuresOfA(pair), await featuresOfB(pair)];
  return fitStage(pair, 'features', start, await matchSets(a, b, pair.options.ratio));
}

async function matchSets(a: Features, b: Features, ratio: number): Promise<Correspondences> {
  const pointsB = b.keypoints.points;
  return joinPoints(a, b, await matchDescriptors(a.descriptors, b.descriptors, { ratio, pointsB }));
}

/** Views of A against B as it is; where even those say little, views of B against A. */
async function matchViews(pair: Pair, plain: State): Promise<State> {
  const { simulate, features, signal } = pair.options;
  const wanted = simulate === 'always' || (simulate === 'auto' && plain.fit.inlierCount < WEAK);
  if (!wanted || !pair.featuresA?.descriptors.count || !pair.featuresB?.descriptors.count) return plain;
  const settings = { ...features, upsample: false };
  let start = performance.now();
  const viewsA = await simulateViews(pair.a, TILTS, VIEW_SIDE, settings, signal);
  let all = joinCorrespondences([plain.correspondences, await matchSets(viewsA, pair.featuresB, VIEW_RATIO)]);
  let state = fitStage(pair, 'views', start, all);
  if (state.fit.inlierCount < VERY_WEAK) {
    start = performance.now();
    const viewsB = await simulateViews(pair.b, TILTS, VIEW_SIDE, settings, signal);
    all = joinCorrespondences([all, await matchSets(pair.featuresA, viewsB, VIEW_RATIO)]);
    state = fitStage(pair, 'views', start, all);
  }
  return state.fit.inlierCount >= plain.fit.inlierCount ? state : plain;
}

async function matchAgain(pair: Pair, found: State): Promise<State> {
  if (pair.options.model === 'fundamental') return matchAlongLines(pair, found);
  let state = found;
  for (const radius of REMATCH_RADII) {
    const start = performance.now();
    const before = state.fit.matrix!;
    const settings = pair.options.features;
    const again = await rematch(pyramidOfA(pair), await featuresOfB(pair), pair.b, before, radius, settings);
    const next = fitStage(pair, 'rematch', start, again.correspondences);
    // With fewer than before, the warp or the map was not as right as it seemed.
    if (!next.fit.matrix || next.fit.inlierCount < 0.7 * state.fit.inlierCount) return state;
    const logFalseAlarms = Math.min(state.logFalseAlarms, foretold(next.fit, pair.options, radius));
    state = { ...next, logFalseAlarms, ambiguous: state.ambiguous ?? again.isAmbiguous() };
    if (largestMove(before, next.fit.matrix, pair) < SETTLED) break;
  }
  return state;
}

/** The false alarms of partners that were looked for near where the geometry puts them, and agree better still. */
function foretold({ model, places }: RobustFit, { threshold }: Checked, radius: number): number {
  const chance = Math.min(1, threshold / radius) ** 2;
  return logFalseAlarms(places.all, places.inliers, ESTIMATORS[model].sampleSize, chance);
}

/** How far two homographies put the corners of A's part that B shows apart, in pixels of B. */
function largestMove(first: Matrix3, second: Matrix3, { a, b }: Pair): number {
  let most = 0;
  const shown = (x: number, y: number) => x >= 0 && y >= 0 && x < b.width && y < b.height;
  for (let y = 0; y <= 4; y++)
    for (let x = 0; x <= 4; x++) {
      const place = [(x * (a.width - 1)) / 4, (y * (a.height - 1)) / 4] as const;
      const [p, q] = [applyHomography(first, ...place), applyHomography(second, ...place)];
      if (shown(...p) || shown(...q)) most = Math.max(most, Math.hypot(p[0] - q[0], p[1] - q[1]));
    }
  return most;
}

async function matchAlongLines(pair: Pair, found: State): Promise<State> {
  const start = performance.now();
  const [a, b] = [await featuresOfA(pair), await featuresOfB(pair)];
  const matches = matchGuided(a, b, 'fundamental', found.fit.matrix!, 2 * pair.options.threshold);
  const state = fitStage(pair, 'guided', start, joinPoints(a, b, matches));
  return state.fit.inlierCount > found.fit.inlierCount ? state : found;
}

/** Corners that move farther than this in the last step mean that it went astray, in pixels of B. */
const ASTRAY = 4;

/** Keeps what the images themselves say only where the features agree with it too. */
function alignImages(pair: Pair, state: State): State {
  const start = performance.now();
  const before = state.fit.matrix!;
  const { homography, before: likeness, after } = polishHomography(pyramidOfA(pair), pair.b, before);
  const inliers = markInliers(homography, state.correspondences, pair.options.threshold);
  const inlierCount = inliers.reduce((sum, value) => sum + value, 0);
  const better =
    after > likeness &&
    inlierCount >= 0.9 * state.fit.inlierCount &&
    moveCorners(homography, pair.a).every(Number.isFinite) &&
    largestMove(before, homography, pair) < ASTRAY;
  pair.stages.push({
    name: 'polish',
    matches: countCorrespondences(state.correspondences),
    inliers: better ? inlierCount : state.fit.inlierCount,
    milliseconds: performance.now() - start,
  });
  if (!better) return state;
  const rmse = rootMeanSquare(homography, state.correspondences, inliers);
  return { ...state, fit: { ...state.fit, matrix: homography, inliers, inlierCount, rmse } };
}

function errorOf(h: Homography, { pointsA, pointsB }: Correspondences, i: number): number {
  const [x, y] = applyHomography(h, pointsA[2 * i], pointsA[2 * i + 1]);
  return Math.hypot(x - pointsB[2 * i], y - pointsB[2 * i + 1]);
}

const markInliers = (h: Homography, all: Correspondences, threshold: number): Uint8Array =>
  Uint8Array.from(all.scores, (_, i) => (errorOf(h, all, i) < threshold ? 1 : 0));

function rootMeanSquare(h: Homography, all: Correspondences, inliers: Uint8Array): number {
  let [sum, count] = [0, 0];
  inliers.forEach((inside, i) => {
    if (!inside) return;
    sum += errorOf(h, all, i) ** 2;
    count++;
  });
  return Math.sqrt(sum / count);
}
