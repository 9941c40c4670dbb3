import type { Matrix3 } from '../../core/index.ts';

/** How one kind of geometry is found and judged. Points are x and y interleaved. */
export interface Estimator {
  /** Correspondences that determine it. */
  readonly sampleSize: number;
  /**
   * All geometries through the correspondences of `sample`, none where they are degenerate.
   *
   * @param sample `sampleSize` different indices
   */
  solveMinimal(a: Float64Array, b: Float64Array, sample: readonly number[]): readonly Matrix3[];
  /**
   * The geometry of least squared error, or a fair approach to it, of weighted correspondences; null where they do
   * not determine one. Those of weight 0 are passed over.
   */
  solveAll(a: Float64Array, b: Float64Array, weights: Float64Array): Matrix3 | null;
  /** The squared error of each correspondence, in squares of the points' unit; Infinity behind the horizon. */
  squaredErrors(matrix: Matrix3, a: Float64Array, b: Float64Array, out: Float64Array): void;
  /** One or more steps of nonlinear least squares on the true error; null where that leads nowhere. */
  refine(matrix: Matrix3, a: Float64Array, b: Float64Array, weights: Float64Array): Matrix3 | null;
}
