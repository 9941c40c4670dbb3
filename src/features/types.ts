/** What feature detection and description exchange: plain data, layouts and units on every field. */

import type { OptionNames, ScalarField } from '../core/index.ts';

/** Points worth matching, in no particular order unless said. */
export interface Keypoints {
  /** x and y of each, interleaved, in pixels; integer coordinates are pixel centres. */
  readonly points: Float64Array;
  /** The scale of each: standard deviation of the Gaussian that it was found at, in pixels. */
  readonly scales: Float32Array;
  /** The direction of each in radians, from x towards y, so clockwise on the screen; -pi to pi. */
  readonly angles: Float32Array;
  /** How strongly the detector answered, greater is better; comparable within one detector only. */
  readonly responses: Float32Array;
}

/** Feature vectors of keypoints: that of keypoint `i` is `data[i * length .. (i + 1) * length - 1]`, of length 1. */
export interface Descriptors {
  readonly count: number;
  /** Values a descriptor, 128 for SIFT. */
  readonly length: number;
  /** `count * length` values. */
  readonly data: Float32Array;
}

/** Keypoints and their descriptors: row `i` describes keypoint `i`. */
export interface Features {
  readonly keypoints: Keypoints;
  readonly descriptors: Descriptors;
}

/** Square grey patches: pixel (x, y) of patch `i` is `data[(i * size + y) * size + x]`, 0 to 255. */
export interface Patches {
  readonly count: number;
  /** Pixels along each side. */
  readonly size: number;
  readonly data: Float32Array;
}

/** A network or other function that turns patches into feature vectors of length 1. */
export interface PatchDescriptor {
  /** Pixels along each side of the patches that it takes, such as 32. */
  readonly patchSize: number;
  /** Side of the square that a patch covers, in multiples of the keypoint's scale; 12 covers what SIFT does. */
  readonly extent: number;
  describe(patches: Patches): Promise<Descriptors>;
}

/**
 * - `dog`: extrema of differences of Gaussians in scale space (Lowe 2004), blobs of all sizes
 * - `harris`: corners by the structure tensor (Harris and Stephens 1988), one scale
 * - `fast`: corners by the segment test (Rosten and Drummond 2006), one scale
 */
export type Detector = 'dog' | 'harris' | 'fast';

/** Options of `detectKeypoints`. */
export interface DetectOptions {
  /** Defaults to `dog`. */
  readonly detector?: Detector;
  /** At most this many are kept; defaults to 4000. */
  readonly count?: number;
  /**
   * How those kept are chosen: `strongest`, or `even` over the image, by adaptive non-maximal suppression
   * (Brown, Szeliski and Winder 2005). Defaults to `strongest`.
   */
  readonly spread?: 'strongest' | 'even';
  /**
   * Least contrast of a `dog` keypoint, of 255 and divided by the scales an octave; defaults to 10.2 as in OpenCV. Of an
   * image whose grey levels take fewer than half of the range it is less in proportion.
   */
  readonly contrast?: number;
  /** Greatest ratio of the two curvatures of a `dog` keypoint, edges being above; defaults to 10. */
  readonly edgeRatio?: number;
  /**
   * Start `dog` on the image enlarged twice, which finds about four times as many. Defaults to true for images of at most
   * 3 million pixels, whose scale space fits into memory.
   */
  readonly upsample?: boolean;
  /** All directions 0, for images that are not turned against each other; defaults to false. */
  readonly upright?: boolean;
  /**
   * What directions are taken from: `all` pixels around a keypoint, as OpenCV does, or `samples` of them, in a
   * fraction of the time; defaults to `all`.
   */
  readonly gradients?: 'all' | 'samples';
}

export const DETECT_OPTIONS: OptionNames<DetectOptions> = {
  detector: true,
  count: true,
  spread: true,
  contrast: true,
  edgeRatio: true,
  upsample: true,
  upright: true,
  gradients: true,
};

/**
 * - `sift`: gradient histograms, clipped and of length 1 (Lowe 2004)
 * - `rootsift`: the square roots of the same divided by their sum (Arandjelovic and Zisserman 2012)
 */
export type DescriptorKind = 'sift' | 'rootsift';

/** Options of `describeKeypoints`. */
export interface DescribeOptions {
  /** Defaults to `rootsift`, or what makes vectors of patches. */
  readonly descriptor?: DescriptorKind | PatchDescriptor;
  /** As for `DetectOptions`: what `sift` and `rootsift` are made of. */
  readonly gradients?: 'all' | 'samples';
}

export const DESCRIBE_OPTIONS: OptionNames<DescribeOptions> = { descriptor: true, gradients: true };

/** Options of `extractFeatures`: those of finding and of describing keypoints. */
export interface ExtractOptions extends DetectOptions, DescribeOptions {}

export const EXTRACT_OPTIONS: OptionNames<ExtractOptions> = { ...DETECT_OPTIONS, ...DESCRIBE_OPTIONS };

/** Options of `matchDescriptors`. */
export interface MatchDescriptorsOptions {
  /** Greatest distance of the best over that of the second best; defaults to 0.8, 1 lets everything pass. */
  readonly ratio?: number;
  /** Keep a match only if it is the best from both sides; defaults to true. */
  readonly mutual?: boolean;
  /**
   * Where the descriptors of B lie, x and y interleaved: the second best must then be `apart` pixels away from the best,
   * so that a point found twice does not spoil its own ratio (Mishkin 2015).
   */
  readonly pointsB?: ArrayLike<number>;
  /** Pixels; defaults to 10. Only with `pointsB`. */
  readonly apart?: number;
}

export const MATCH_DESCRIPTORS_OPTIONS: OptionNames<MatchDescriptorsOptions> = {
  ratio: true,
  mutual: true,
  pointsB: true,
  apart: true,
};

/** Which descriptor of A belongs to which of B. */
export interface DescriptorMatches {
  readonly indexA: Uint32Array;
  readonly indexB: Uint32Array;
  /** Euclidean distance of the two descriptors, 0 to 2. */
  readonly distances: Float32Array;
  /** That distance over the second best's, 0 to 1. */
  readonly ratios: Float32Array;
}

/** A grey image, 0 to 255, in floats. */
export type Grey = ScalarField;
