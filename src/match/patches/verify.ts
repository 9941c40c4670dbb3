import { ModelError, expected } from '../../core/index.ts';
import { checkRate } from '../evaluation/index.ts';
import { distanceRange, resolveMetric } from '../metric/index.ts';
import { checkModel } from './patch-model.ts';
import type { PatchModel } from './patch-model.ts';
import type { PatchImage } from '../patch-image.ts';
import { similarity } from './similarity.ts';
import type { Similarity, SimilarityOptions } from './similarity.ts';

/**
 * A distance up to which patches count as the same, or the false-positive rate of one that comes with the model
 * (`model.thresholds`).
 */
export type Threshold = number | { readonly falsePositiveRate: number };

/** Whether two patches show the same, with what that rests on. */
export interface Verification extends Similarity {
  readonly same: boolean;
  /** The distance up to which they count as the same. */
  readonly threshold: number;
}

/**
 * One-shot verification: do two patches show the same thing?
 *
 * @param threshold a distance, such as `chooseThreshold` gives for pairs of one's own, or a false-positive rate
 * @throws {RangeError} where no two patches could have that distance, or the model has no threshold of that rate
 * @example
 * import { loadPatchModel, verify } from 'whither';
 *
 * await using model = await loadPatchModel();
 * const { same } = await verify(model, patchA, patchB, { falsePositiveRate: 0.01 });
 */
export async function verify(
  model: PatchModel,
  patchA: PatchImage,
  patchB: PatchImage,
  threshold: Threshold,
  options: SimilarityOptions = {},
): Promise<Verification> {
  const limit = resolveThreshold(model, threshold, options);
  const found = await similarity(model, patchA, patchB, options);
  return { ...found, same: found.distance <= limit, threshold: limit };
}

/** The distance that a threshold stands for, checked. */
export function resolveThreshold(
  model: PatchModel,
  threshold: Threshold,
  options: SimilarityOptions = {},
): number {
  checkModel(model);
  if (typeof threshold === 'object' && threshold !== null)
    return lookUp(model, checkRate(threshold.falsePositiveRate, 'threshold.falsePositiveRate'), options);
  if (typeof threshold !== 'number' || !Number.isFinite(threshold))
    throw expected('a finite distance or a false-positive rate', 'threshold', threshold);
  const [least, greatest] = possibleDistances(model, options);
  if (threshold < least || threshold > greatest)
    throw new RangeError(
      `Expected a distance from ${least} to ${greatest} for threshold but received ${threshold}`,
    );
  return threshold;
}

function lookUp(model: PatchModel, rate: number, { metric }: SimilarityOptions): number {
  if (metric !== undefined)
    throw new ModelError(
      `Expected the metric of ${model.name} itself for a false-positive rate: choose a threshold for another ` +
        'metric with chooseThreshold',
    );
  const found = model.thresholds.find(({ falsePositiveRate }) => falsePositiveRate === rate);
  if (found) return found.distance;
  const known = model.thresholds.map(({ falsePositiveRate }) => falsePositiveRate).join(', ');
  throw new RangeError(
    `Expected ${known ? `one of ${known}` : 'no'} false-positive rate for ${model.name} but received ${rate}: ` +
      'choose a threshold with chooseThreshold',
  );
}

/** Descriptors of unit length are at most 2 apart. */
function possibleDistances(model: PatchModel, { metric }: SimilarityOptions): readonly [number, number] {
  const { measure, manifest } = model;
  if (measure.kind === 'scorer') return [-Infinity, Infinity];
  const resolved = metric === undefined ? measure.metric : resolveMetric(metric);
  const unit = manifest?.task === 'patch' && manifest.descriptor.unit;
  if (unit && resolved.kind === 'l2') return [0, 2];
  if (unit && resolved.kind === 'squared-l2') return [0, 4];
  return distanceRange(resolved);
}
