import type { Estimator } from './estimator.ts';
import { fundamentalEstimator } from './fundamental-estimator.ts';
import { homographyEstimator } from './homography-estimator.ts';
import { affineEstimator, similarityEstimator, translationEstimator } from './linear-maps.ts';
import type { GeometricModel } from '../types.ts';

/** How each geometry is found. */
export const ESTIMATORS: Readonly<Record<GeometricModel, Estimator>> = {
  translation: translationEstimator,
  similarity: similarityEstimator,
  affine: affineEstimator,
  homography: homographyEstimator,
  fundamental: fundamentalEstimator,
};
