/** Options of `normalizedCorrelation`. */
export interface NormalizedCorrelationOptions {
  /** Rows and columns of a patch, 2 or more; 5 unless told, as in the paper. */
  readonly size?: number;
  /** Rows above and below that are searched, in all columns; 2 unless told, as in the paper. */
  readonly rows?: number;
  /** Added to each standard deviation, so that a patch without contrast counts 0; 0.01 unless told. */
  readonly epsilon?: number;
}
