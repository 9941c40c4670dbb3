/** Rows of 16-bit integers, such as descriptors. */
export interface Rows {
  readonly count: number;
  /** Values a row, a multiple of 8; products of rows must fit in 32 bits. */
  readonly length: number;
  /** `count * length` values. */
  readonly data: Int16Array;
}

/** Who is no rival of the best for the second place. */
export interface Apart {
  /** x and y of each row of B, interleaved. */
  readonly points: Float32Array;
  /** Rows whose points are less than this away from the best one's are passed over. */
  readonly distance: number;
}

/** What stands for the product where there is no row. */
export const NONE = -(2 ** 31);

/** For each row of A and of B its best partner on the other side: the first of those with the greatest product. */
export interface Nearest {
  readonly indexA: Int32Array;
  readonly indexB: Int32Array;
  /** The product of each row of A with its best. */
  readonly firstA: Int32Array;
  /** The greatest with another row of B, a rival; `NONE` where there is none. */
  readonly secondA: Int32Array;
}
