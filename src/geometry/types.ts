import type { Matrix3, OptionNames } from '../core/index.ts';

/**
 * What can be fitted to correspondences, with the least number that determines it:
 * `translation` (1), `similarity` (2: turn, scale, shift), `affine` (3), `homography` (4), and `fundamental` (7),
 * the epipolar geometry of two views of any scene, which maps points to lines.
 */
export type GeometricModel = 'translation' | 'similarity' | 'affine' | 'homography' | 'fundamental';

/** Options of `fitModel`. */
export interface FitOptions {
  /**
   * Greatest error in pixels that still counts as an inlier; defaults to 3. For maps the error is the distance in B
   * from where A's point goes, for `fundamental` Sampson's distance.
   */
  readonly threshold?: number;
  /** The probability wanted that one sample at least held inliers alone; defaults to 0.9999. */
  readonly confidence?: number;
  /** Most samples drawn, whatever the confidence; defaults to 10,000. */
  readonly maxIterations?: number;
  /** The same seed on the same correspondences gives the same result, bit by bit; defaults to 1. */
  readonly seed?: number;
  /** Fewer inliers than this are no model; defaults to twice the least number, plus 2. */
  readonly minInliers?: number;
}

export const FIT_OPTIONS: OptionNames<FitOptions> = {
  threshold: true,
  confidence: true,
  maxIterations: true,
  seed: true,
  minInliers: true,
};

/** How many places there are among all correspondences, and among the inliers. */
export interface DistinctPlaces {
  readonly all: number;
  readonly inliers: number;
}

/** The outcome of a robust fit. */
export interface RobustFit {
  readonly model: GeometricModel;
  /**
   * The homography from A to B (affine and simpler ones with 0, 0, 1 below), or the fundamental matrix with
   * `b^T F a = 0`; null where no model stood out.
   */
  readonly matrix: Matrix3 | null;
  /** Why there is no matrix, in one sentence; absent where there is one. */
  readonly reason?: string;
  /** 1 for each correspondence within the threshold, otherwise 0. */
  readonly inliers: Uint8Array;
  readonly inlierCount: number;
  /** Distinct places among all correspondences and among the inliers: what is near another in A or in B is one with it. */
  readonly places: DistinctPlaces;
  /**
   * The decimal logarithm of the mean number of geometries with as many places that correspondences without any geometry
   * would hold: the lower the surer; Infinity without a model.
   */
  readonly logFalseAlarms: number;
  /** Root of the mean squared error of the inliers, in pixels; NaN without a model. */
  readonly rmse: number;
  /** Samples drawn. */
  readonly iterations: number;
  /** The probability that the geometry is right, 0 to 1, by how far it stands out from chance; bench/README.md has the curve. */
  readonly confidence: number;
}
