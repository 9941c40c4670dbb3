/** A grid whose nodes are tied to their four neighbours. */
export interface GridGraph {
  readonly width: number;
  readonly height: number;
  /** What each node has from the source (above 0) or to the sink (below 0), whole numbers, row by row. */
  readonly terminals: Int32Array;
  /** Cost, a whole number of 0 or more, of parting a node from its right neighbour; both ways alike. */
  readonly right: Int32Array;
  /** The same of the neighbour below. */
  readonly down: Int32Array;
}
