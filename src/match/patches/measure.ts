import type { FeatureMap } from '../../../kernels/types.ts';
import type { Descriptors, Grey, Patches } from '../../features/index.ts';
import type { Metric } from '../metric/index.ts';
import type { PatchImage } from '../patch-image.ts';

/**
 * Descriptors on a grid over an image, channels first: cell (i, j) describes the square of the model's `patchSize`
 * whose centre is the pixel coordinate `(origin + i * stride, origin + j * stride)`.
 */
export interface DescriptorMap extends FeatureMap {
  /** Pixels between neighbouring cells. */
  readonly stride: number;
  /** Pixel coordinate of the first cell, on both axes. */
  readonly origin: number;
}

/** What turns a patch into a vector. */
export interface Describer {
  readonly kind: 'describer';
  /** Side in pixels of the patches it takes. */
  readonly patchSize: number;
  /** Values a descriptor. */
  readonly length: number;
  /** What the descriptors are made to be compared by. */
  readonly metric: Metric;
  describe(patches: Patches): Promise<Descriptors>;
  /** Where more than grey squares is looked at, such as colour. */
  readonly describeImages?: (images: readonly PatchImage[]) => Promise<Descriptors>;
  /** The whole image in one run, where there is a graph for that. */
  readonly dense?: { readonly stride: number; describe(image: Grey): Promise<DescriptorMap> };
  dispose(): Promise<void>;
}

/** What looks at two patches at once. */
export interface Scorer {
  readonly kind: 'scorer';
  /** Side in pixels of the patches it was trained on. */
  readonly patchSize: number;
  /** Least side; the same as `patchSize` where no other side goes through. */
  readonly smallest: number;
  readonly anySize: boolean;
  readonly symmetric: boolean;
  /** One score a pair, greater is more alike; both lists have one length and one size. */
  score(a: Patches, b: Patches): Promise<Float32Array>;
  dispose(): Promise<void>;
}

export type Measure = Describer | Scorer;
