/** An input or output of a graph, as the graph declares it. */
export interface GraphValue {
  readonly name: string;
  /** Such as `float32` or `float16`. */
  readonly type: string;
  /** Null where the graph leaves a dimension open. */
  readonly dims: readonly (number | null)[];
}
