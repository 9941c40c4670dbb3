import { checkOneOf } from '../../core/index.ts';
import type { Descriptors, Patches } from '../../features/index.ts';
import {
  describeColorHistograms,
  describeRawPixels,
  describeRootSift,
  describeSiftPatches,
  describeStandardizedPixels,
  smoothPatches,
} from '../classical/index.ts';
import type { PlainMetricName } from '../metric/index.ts';
import type { Describer } from './measure.ts';
import type { GreyImage, PatchImage } from '../patch-image.ts';
import { slicePatches } from '../patch-image.ts';

/**
 * Measures that need no network:
 *
 * - `raw`: the pixels themselves, compared by the root of the mean squared difference
 * - `ncc`: normalised cross-correlation, the cosine of the pixels less their mean
 * - `color-histogram`: 8 x 8 x 8 cells of RGB, compared by L1
 * - `sift`, `rootsift`: gradient histograms, compared by L2
 */
export const CLASSICAL_MEASURES = ['raw', 'ncc', 'color-histogram', 'sift', 'rootsift'] as const;
/** A measure of likeness that needs no network. */
export type ClassicalMeasure = (typeof CLASSICAL_MEASURES)[number];

/** Side in pixels that patches are brought to, as for the networks. */
const SIZE = 32;

interface Recipe {
  readonly length: number;
  readonly metric: PlainMetricName;
  readonly describe: (patches: Patches) => Descriptors;
  readonly describeImages?: (images: readonly PatchImage[]) => Descriptors;
}

const RECIPES: Readonly<Record<ClassicalMeasure, Recipe>> = {
  raw: { length: SIZE * SIZE, metric: 'l2', describe: describeRawPixels },
  ncc: { length: SIZE * SIZE, metric: 'cosine', describe: describeStandardizedPixels },
  'color-histogram': {
    length: 512,
    metric: 'l1',
    describe: (patches) => describeColorHistograms(toImages(patches)),
    describeImages: (images) => describeColorHistograms(images),
  },
  sift: { length: 128, metric: 'l2', describe: (patches) => describeSiftPatches(toKeypointScale(patches)) },
  rootsift: { length: 128, metric: 'l2', describe: (patches) => describeRootSift(toKeypointScale(patches)) },
};

/** Lowe's descriptor spans 12 times the scale that it smooths the image to; a patch is as wide as the descriptor. */
const toKeypointScale = (patches: Patches): Patches => smoothPatches(patches, patches.size / 12);

export const isClassical = (name: string): name is ClassicalMeasure =>
  (CLASSICAL_MEASURES as readonly string[]).includes(name);

/** A measure of the list, ready to use. */
export function createClassicalDescriber(name: ClassicalMeasure): Describer {
  const { length, metric, describe, describeImages } = RECIPES[checkOneOf(name, 'name', CLASSICAL_MEASURES)];
  return {
    kind: 'describer',
    patchSize: SIZE,
    length,
    metric: { kind: metric },
    describe: (patches) => Promise.resolve(describe(patches)),
    ...(describeImages && { describeImages: (images) => Promise.resolve(describeImages(images)) }),
    dispose: () => Promise.resolve(),
  };
}

function toImages(patches: Patches): GreyImage[] {
  const { count, size } = patches;
  return Array.from({ length: count }, (_, i) => {
    const { data } = slicePatches(patches, i, i + 1);
    return { width: size, height: size, data: Uint8Array.from(data, (value) => Math.round(value)) };
  });
}
