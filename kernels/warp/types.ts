/** Where the grid of a flow lies on a map, in cells of the map; it may lie outside in part or altogether. */
export interface WarpWindow {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}
