/** What a convex upsampling is prepared for. */
export interface UpsampleSpec {
  /** Rows, in cells of the coarse grid. */
  readonly height: number;
  /** Columns, in cells of the coarse grid. */
  readonly width: number;
  /** Fine cells to a coarse one along each axis, 1 to 16. */
  readonly factor: number;
  /** Further planes that are enlarged by the same weights, such as one of occlusion; 0 by default, at most 16. */
  readonly extra?: number;
  /** Whether the further planes are logits that come out as probabilities: 1 / (1 + exp(-x)) of what they would be. */
  readonly logistic?: boolean;
}

/** What is enlarged. Nothing of it is changed. */
export interface UpsampleInput {
  /** Planes of u and of v: `2 * height * width` values in any unit. */
  readonly flow: Float32Array;
  /**
   * Logits of the nine weights of each fine cell: `9 * factor * factor` planes of `height * width`. That of neighbour n
   * for the fine cell (fy, fx) in its coarse one is plane `(n * factor + fy) * factor + fx`; the neighbours run from
   * the upper left to the lower right one, row by row. The layout of RAFT's code, each logit multiplied by 1.
   */
  readonly mask: Float32Array;
  /** `extra * height * width` values. */
  readonly extra?: Float32Array;
}

/** What came of it. */
export interface UpsampleOutput {
  /** Planes of u and of v: `2 * (height * factor) * (width * factor)` values. */
  readonly flow: Float32Array;
  /** `extra * (height * factor) * (width * factor)` values. */
  readonly extra: Float32Array;
}
