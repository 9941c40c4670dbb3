import type { FeatureMap } from '../types.ts';

/** The size of the maps that a refinement is prepared for. */
export interface RefineSpec {
  /** 1 (grey) to 4; a colour image has 3. */
  readonly channels: number;
  /** Rows, in pixels. */
  readonly height: number;
  /** Columns, in pixels. */
  readonly width: number;
}

/**
 * The weights of the energy and the iterations spent on it. The weights default to those of OpenCV, whose iterations are
 * `{ warps: 1, iterations: 5, sweeps: 5, sigma: 0 }`.
 */
export interface RefineParameters {
  /** Weight of smoothness, 20. */
  readonly alpha?: number;
  /**
   * How much smoothness gives way at the edges of A: its weight is `alpha / (1 + edges * |grad A| / span)²`; 0, as in
   * OpenCV, is not at all.
   */
  readonly edges?: number;
  /** Weight of constant brightness, 5. */
  readonly delta?: number;
  /** Weight of constant gradients, 10. */
  readonly gamma?: number;
  /** The width of the quadratic part of the robust function, 0.001. */
  readonly epsilon?: number;
  /** Over-relaxation of the linear solver, 1.6. Towards 2 it magnifies rounding before it has converged. */
  readonly omega?: number;
  /** Times that B is carried back and the energy made linear anew, 2. */
  readonly warps?: number;
  /** Times that the robust weights are computed for each of them, 3. */
  readonly iterations?: number;
  /** Sweeps of the linear solver for each of those, over all pixels; 5. */
  readonly sweeps?: number;
  /** Standard deviation of the smoothing of both images, in pixels, 0 to 0.7; 0.6. */
  readonly sigma?: number;
  /** White less black in the values of the images, 255. */
  readonly span?: number;
}

/** What is refined. Nothing of it is changed. */
export interface RefineInput {
  /** Both images, of the size that was prepared for. */
  readonly a: FeatureMap;
  readonly b: FeatureMap;
  /** From A to B: `height * width * 2` finite values in pixels, u and v interleaved. */
  readonly flow: Float32Array;
  /** `height * width` values from 0 to 1: how much the images are trusted at each pixel of A; all 1 if absent. */
  readonly confidence?: Float32Array;
}
