/** How votes for displacements are counted. */
export interface VoteOptions {
  /** What scores are raised to before they are counted: more lets the surest cells alone decide. Defaults to 3. */
  readonly power?: number;
  /** Standard deviation in cells of the blur over displacements that count as the same; defaults to 2. */
  readonly sigma?: number;
}

/** How a volume is read. */
export interface SoftArgmaxOptions {
  /** Cells to each side of the best one that take part in the mean; defaults to 2. */
  readonly reach?: number;
}
