/** Rows of 8-bit integers, one after the other. */
export interface ByteRows {
  readonly count: number;
  /** Values of a row, a multiple of 128 that is at most 4096. */
  readonly length: number;
  readonly data: Int8Array;
}

/** Options of one scan. */
export interface ScanOptions {
  /** Rows that are wanted, the greatest products first. */
  readonly top: number;
  /**
   * Rows whose products are computed: those whose signs agree best with the query's. At `count` or more the scan is
   * exact.
   */
  readonly shortlist: number;
  /** The length of each row: products are divided by it before they are compared. Defaults to 1 for all. */
  readonly norms?: Float32Array;
}

/** What a scan found, best first; of equals the lower row. */
export interface Scanned {
  readonly rows: Int32Array;
  /** Dot products with the query, divided by the norms of the rows. */
  readonly products: Float64Array;
}

/** Rows that are ready to be scanned. */
export interface PreparedScan {
  readonly count: number;
  /** Compares a query of `length` values with the rows. */
  run(query: Int8Array, options: ScanOptions): Scanned;
  /** Frees the memory. */
  dispose(): void;
}
