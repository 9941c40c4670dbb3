/** The maps that a match is prepared for, in cells; they share nothing but their channels. */
export interface MatchSpec {
  readonly channels: number;
  readonly heightA: number;
  readonly widthA: number;
  readonly heightB: number;
  readonly widthB: number;
}

/** Where the cells of A are found in B, and how surely. */
export interface MatchResult {
  /** From A to B on A's grid, in cells: `heightA * widthA` values of u, then as many of v. */
  readonly flow: Float32Array;
  /** `heightA * widthA` values from 0 to 1: near 1 where A's cell and B's point to each other and to nothing else. */
  readonly confidence: Float32Array;
}
