import type { OptionNames } from '../../core/index.ts';
import { ModelError, ShapeError, checkOptions } from '../../core/index.ts';
import type { Descriptors, Patches } from '../../features/index.ts';
import { descriptorAt, resolveMetric, similarityOf, vectorDistance } from '../metric/index.ts';
import type { Metric, MetricChoice, MetricName } from '../metric/index.ts';
import type { Describer, Scorer } from './measure.ts';
import { checkModel, describerOf } from './patch-model.ts';
import type { PatchModel } from './patch-model.ts';
import { checkList, isPacked, packPatches, slicePatches, toGreyPlane, toSquare } from '../patch-image.ts';
import type { PatchImage } from '../patch-image.ts';

/** How alike two patches are, and by what. */
export interface Similarity {
  /** Greater is more alike: what `similarityOf` makes of the metric's distance, or a network's own score. */
  readonly score: number;
  /** Smaller is more alike: the metric's distance, or minus a network's score. */
  readonly distance: number;
  /** The metric between descriptors, or `network` where the network compares. */
  readonly metric: MetricName | 'network';
  readonly model: string;
}

/** The same of many pairs, in their order. */
export interface Similarities {
  readonly scores: Float64Array;
  readonly distances: Float64Array;
  readonly metric: MetricName | 'network';
  readonly model: string;
}

/** Options of `similarity` and `similarities`. */
export interface SimilarityOptions {
  /** Between descriptors; defaults to what the model was made for. */
  readonly metric?: MetricChoice;
}

const OPTIONS: OptionNames<SimilarityOptions> = { metric: true };

/**
 * The descriptors of patches, one row a patch, in their order.
 *
 * @param patches 8-bit grey or RGB images of any size, brought to the model's by area; or packed ones
 * @throws {TypeError | ShapeError | RangeError} for patches that are none, or no patches at all
 * @throws {ModelError} where the model makes no descriptors
 * @example
 * import { loadPatchModel } from 'whither';
 * import { describePatches } from 'whither/features';
 *
 * await using model = await loadPatchModel();
 * const { count, length, data } = await describePatches(model, [patchA, patchB]);
 */
export async function describePatches(
  model: PatchModel,
  patches: readonly PatchImage[] | Patches,
): Promise<Descriptors> {
  return describeNamed(describerOf(model), patches, 'patches');
}

function describeNamed(
  describer: Describer,
  patches: readonly PatchImage[] | Patches,
  name: string,
): Promise<Descriptors> {
  if (describer.describeImages && !isPacked(patches)) {
    checkList(patches, name);
    return describer.describeImages(patches);
  }
  return describer.describe(packPatches(patches, describer.patchSize, name));
}

/**
 * How alike two patches are.
 *
 * @throws as {@link similarities}
 * @example
 * import { loadPatchModel, similarity } from 'whither';
 *
 * await using model = await loadPatchModel();
 * const { score, distance } = await similarity(model, patchA, patchB, { metric: 'cosine' });
 */
export async function similarity(
  model: PatchModel,
  patchA: PatchImage,
  patchB: PatchImage,
  options: SimilarityOptions = {},
): Promise<Similarity> {
  const { scores, distances, metric, model: name } = await similarities(model, [patchA], [patchB], options);
  return { score: scores[0], distance: distances[0], metric, model: name };
}

/**
 * How alike the patches of two lists are, pair by pair.
 *
 * @throws {TypeError | ShapeError | RangeError} for patches that are none, lists that are empty or differ in length,
 *   and metrics that are unknown
 * @throws {ModelError} for a metric where the model itself compares
 * @example
 * import { loadPatchModel } from 'whither';
 * import { similarities } from 'whither/features';
 *
 * await using model = await loadPatchModel();
 * const { scores } = await similarities(model, [patchA, patchA], [patchA, patchB]);
 */
export async function similarities(
  model: PatchModel,
  patchesA: readonly PatchImage[] | Patches,
  patchesB: readonly PatchImage[] | Patches,
  options: SimilarityOptions = {},
): Promise<Similarities> {
  checkOptions(options, OPTIONS, 'similarities');
  const { measure, name } = checkModel(model);
  const [countA, countB] = [patchesA, patchesB].map((patches) =>
    isPacked(patches) ? patches.count : patches.length,
  );
  if (countA !== countB)
    throw new ShapeError(`Expected as many patches in A as in B but received ${countA} and ${countB}`);
  if (measure.kind === 'describer') {
    const metric = options.metric === undefined ? measure.metric : resolveMetric(options.metric);
    const a = await describeNamed(measure, patchesA, 'patchesA');
    const b = await describeNamed(measure, patchesB, 'patchesB');
    return { ...comparePairs(metric, a, b), metric: metric.kind, model: name };
  }
  if (options.metric !== undefined)
    throw new ModelError(
      `Expected no metric for ${name}, which compares patches by itself, but received one`,
    );
  const raw = await scorePairs(measure, patchesA, patchesB);
  const scores = Float64Array.from(raw);
  return { scores, distances: scores.map((score) => -score), metric: 'network', model: name };
}

/** Distances of rows of one index, and the scores that belong to them. */
function comparePairs(metric: Metric, a: Descriptors, b: Descriptors) {
  const distances = Float64Array.from({ length: a.count }, (_, i) =>
    vectorDistance(metric, descriptorAt(a, i), descriptorAt(b, i)),
  );
  return { distances, scores: distances.map((distance) => similarityOf(metric, distance)) };
}

/** The network's scores; where it takes any size, squares of one side go through as they are. */
export async function scorePairs(
  scorer: Scorer,
  patchesA: readonly PatchImage[] | Patches,
  patchesB: readonly PatchImage[] | Patches,
): Promise<Float32Array> {
  if (!scorer.anySize || isPacked(patchesA) || isPacked(patchesB)) {
    const size = scorer.patchSize;
    return scorer.score(packPatches(patchesA, size, 'patchesA'), packPatches(patchesB, size, 'patchesB'));
  }
  checkList(patchesA, 'patchesA');
  checkList(patchesB, 'patchesB');
  const scores = new Float32Array(patchesA.length);
  for (const [size, indices] of groupBySize(scorer, patchesA, patchesB)) {
    const pack = (patches: readonly PatchImage[]): Patches => pickPatches(patches, indices, size);
    const found = await scorer.score(pack(patchesA), pack(patchesB));
    indices.forEach((i, n) => (scores[i] = found[n]));
  }
  return scores;
}

/** The side at which each pair goes through the network. */
function groupBySize(
  { patchSize, smallest }: Scorer,
  patchesA: readonly PatchImage[],
  patchesB: readonly PatchImage[],
): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  patchesA.forEach(({ width, height }, i) => {
    const other = patchesB[i];
    const squares = width === height && other.width === width && other.height === width;
    const size = squares && width >= smallest ? width : patchSize;
    groups.set(size, [...(groups.get(size) ?? []), i]);
  });
  return groups;
}

function pickPatches(patches: readonly PatchImage[], indices: readonly number[], size: number): Patches {
  const data = new Float32Array(indices.length * size * size);
  indices.forEach((i, n) => data.set(toSquare(toGreyPlane(patches[i]), size), n * size * size));
  return { count: indices.length, size, data };
}

/** One patch, `count` times. */
export function repeatPatch(patch: Patches, count: number): Patches {
  const one = slicePatches(patch, 0, 1).data;
  const data = new Float32Array(count * one.length);
  for (let i = 0; i < count; i++) data.set(one, i * one.length);
  return { count, size: patch.size, data };
}
