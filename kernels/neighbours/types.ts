/** Options of `normalizedCorrelation`. */
export interface NormalizedCorrelationOptions {
  /** Rows and columns of a patch, 2 or more; defaults to 5, as in the paper. */
  readonly size?: number;
  /** Rows above and below that are searched, in all columns; defaults to 2, as in the paper. */
  readonly rows?: number;
  /** Added to each standard deviation, so that a patch without contrast counts 0; defaults to 0.01. */
  readonly epsilon?: number;
}
