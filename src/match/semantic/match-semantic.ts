import {
  checkAborted,
  checkImage,
  checkInteger,
  checkOneOf,
  checkOptions,
  checkSignal,
} from '../../core/index.ts';
import type { FlowField, Image, OptionNames, ScalarField } from '../../core/index.ts';
import type { Warp } from '../../geometry/index.ts';
import { applyWarp, composeWarps } from '../../geometry/index.ts';
import type { SemanticFeatures } from './features.ts';
import { fitSemanticWarp } from './fitted-warp.ts';
import { denseFlow } from './grid.ts';
import { matchInLooks } from './match-scales.ts';
import type { CellMatches } from './match-cells.ts';
import { regressWarp, toPixels } from './regressed-warp.ts';
import type { RegressorName, SemanticModel } from './semantic-model.ts';

/**
 * Which warp is found beside the dense flow: regressed from the scores of all cells by a network, one after the other
 * where the name says so, or `fitted` to the matches that the dense flow is made of.
 */
export const SEMANTIC_TRANSFORMS = [
  'none',
  'affine',
  'homography',
  'tps',
  'affine-tps',
  'fitted-affine',
  'fitted-tps',
] as const;
/** A parametric map that can be fitted to a semantic match. */
export type SemanticTransformName = (typeof SEMANTIC_TRANSFORMS)[number];

/** The regressors of each; the affine one looks twice. */
const STEPS: Readonly<Partial<Record<SemanticTransformName, readonly RegressorName[]>>> = {
  affine: ['affine', 'affine'],
  homography: ['homography'],
  tps: ['tps'],
  'affine-tps': ['affine', 'affine', 'tps'],
};

/** Options of `matchSemantic`. */
export interface MatchSemanticOptions {
  /** The global warp that is found too; defaults to `fitted-tps`, `none` saves its time. */
  readonly transform?: SemanticTransformName;
  /**
   * How often B is looked at, 1 to 8; defaults to 1. With more, B is looked at as three sizes, and again as an affine map
   * brings it onto A: far better where sizes and angles differ, for `looks + 3` runs of the trunk more. The regressors
   * look again at features instead and are not changed by this.
   */
  readonly looks?: number;
  /** Ends the match between two looks or networks: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

export const SEMANTIC_OPTIONS: OptionNames<MatchSemanticOptions> = {
  transform: true,
  looks: true,
  signal: true,
};

type CheckedOptions = Required<Omit<MatchSemanticOptions, 'signal'>> & Pick<MatchSemanticOptions, 'signal'>;

/** One warp for all of the image. */
export interface SemanticTransform {
  readonly name: SemanticTransformName;
  /** From pixels of A to pixels of B. */
  readonly warpAB: Warp;
  /** From pixels of B to pixels of A, found by itself. */
  readonly warpBA: Warp;
  /** How well the two agree: 1 where going there and back ends at the start, 0.5 where it misses by 5 % of the side. */
  readonly consistency: number;
}

/** Where the parts of A's object lie on B's. */
export interface SemanticMatch {
  /** From A to B on A's grid, in pixels. Known everywhere; where nothing corresponds, the confidence is low. */
  readonly flow: FlowField;
  /** From 0 to 1 on A's grid. */
  readonly confidence: ScalarField;
  /** The same from B's side, by the same scores. */
  readonly flowBA: FlowField;
  readonly confidenceBA: ScalarField;
  /** Mean confidence of both sides, from 0 to 1: images without texture have next to none. */
  readonly score: number;
  /** Null where none was asked for. */
  readonly transform: SemanticTransform | null;
  /** What computed the correlations. */
  readonly backend: 'simd' | 'reference';
  /** Time of the match alone, without the time that it waited for others on the same model. */
  readonly milliseconds: number;
}

/**
 * What semantic matching knows of an image, worked out once for many matches; plain data.
 *
 * @example
 * import { loadSemanticModel, matchSemantic } from 'whither';
 * import { describeSemantic } from 'whither/features';
 *
 * await using model = await loadSemanticModel();
 * const query = await describeSemantic(model, image);
 * for (const other of [imageA, imageB]) console.log((await matchSemantic(model, query, other)).score);
 */
export async function describeSemantic(model: SemanticModel, image: Image): Promise<SemanticFeatures> {
  checkImage(image, 'image');
  return model.features(image);
}

/**
 * Finds the same parts of two different objects of one kind, such as the front wheel of one motorbike on that of
 * another: features of a network that knows kinds of objects, the scores of all pairs of cells, and matches that agree
 * with each other. A global warp is found beside it.
 *
 * Images may have any sizes, each its own. One without texture gives a flow near the same relative place and a low
 * score, never a failure. Matches on one model take turns, in the order they were asked for.
 *
 * @param a image, or what `describeSemantic` of this model gave for it
 *
 * @throws {TypeError} where an image is none; the reason of `signal` once that is aborted
 * @example
 * import { loadSemanticModel, matchSemantic, transferPoints } from 'whither';
 *
 * await using model = await loadSemanticModel();
 * const found = await matchSemantic(model, imageA, imageB);
 * const { pointsB } = transferPoints(found, [120, 80]); // the same part of the other object
 */
export async function matchSemantic(
  model: SemanticModel,
  a: Image | SemanticFeatures,
  b: Image | SemanticFeatures,
  options: MatchSemanticOptions = {},
): Promise<SemanticMatch> {
  checkOptions(options, SEMANTIC_OPTIONS, 'matchSemantic');
  const transform = checkOneOf(options.transform ?? 'fitted-tps', 'transform', SEMANTIC_TRANSFORMS);
  const looks = checkInteger(options.looks ?? 1, 'looks', 1, 8);
  checkSignal(options.signal);
  if (!('map' in a)) checkImage(a, 'imageA');
  if (!('map' in b)) checkImage(b, 'imageB');
  const { signal } = options;
  return model.inTurn(() => runMatch(model, a, b, { transform, looks, signal }), signal);
}

async function runMatch(
  model: SemanticModel,
  a: Image | SemanticFeatures,
  b: Image | SemanticFeatures,
  { transform, looks, signal }: CheckedOptions,
): Promise<SemanticMatch> {
  await checkAborted(signal);
  const start = performance.now();
  const featuresA = 'map' in a ? a : await model.features(a);
  signal?.throwIfAborted();
  const featuresB = 'map' in b ? b : await model.features(b);
  await checkAborted(signal);
  const matches = await matchInLooks(model, featuresA, featuresB, looks, signal);
  await checkAborted(signal);
  const pair = [featuresA, featuresB] as const;
  const warp = transform === 'none' ? null : await findTransform(model, transform, pair, matches, signal);
  const dense = enlarge(model, featuresA, featuresB, matches);
  return { ...dense, transform: warp, milliseconds: performance.now() - start };
}

function enlarge(
  { manifest: { input, cells } }: SemanticModel,
  a: SemanticFeatures,
  b: SemanticFeatures,
  { ab, ba, backend }: CellMatches,
): Omit<SemanticMatch, 'transform' | 'milliseconds'> {
  const there = denseFlow(ab, cells, input.size, a, b);
  const back = denseFlow(ba, cells, input.size, b, a);
  return {
    flow: there.flow,
    confidence: there.confidence,
    flowBA: back.flow,
    confidenceBA: back.confidence,
    score: (mean(ab.confidence) + mean(ba.confidence)) / 2,
    backend,
  };
}

const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

async function findTransform(
  model: SemanticModel,
  name: SemanticTransformName,
  [a, b]: readonly [a: SemanticFeatures, b: SemanticFeatures],
  { ab, ba }: CellMatches,
  signal: AbortSignal | undefined,
): Promise<SemanticTransform> {
  const steps = STEPS[name];
  const { cells } = model.manifest;
  const kind = name === 'fitted-affine' ? 'affine' : 'tps';
  const there = steps
    ? await regressWarp(model, a.map, b.map, steps, signal)
    : fitSemanticWarp(ab, cells, kind);
  const back = steps
    ? await regressWarp(model, b.map, a.map, steps, signal)
    : fitSemanticWarp(ba, cells, kind);
  const side = model.manifest.input.size;
  return {
    name,
    warpAB: toPixels(there, a, b, side),
    warpBA: toPixels(back, b, a, side),
    consistency: 1 / (1 + (roundTrip(there, back) / 0.05) ** 2),
  };
}

/** Mean distance from the start after going there and back, in shares of the side; not finite where a warp is not. */
function roundTrip(there: Warp, back: Warp): number {
  const line = Array.from({ length: 10 }, (_, i) => -0.9 + 0.2 * i);
  const points = line.flatMap((y) => line.flatMap((x) => [x, y]));
  const ends = applyWarp(composeWarps(back, there), points);
  let sum = 0;
  for (let i = 0; i < points.length; i += 2)
    sum += Math.hypot(ends[i] - points[i], ends[i + 1] - points[i + 1]);
  return sum / points.length;
}
