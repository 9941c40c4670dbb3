/** An image to take colours from: red, green, blue interleaved, row by row. */
export interface PaintSource {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Where cells of 8 x 8 pixels lie in an image: a grid of their corners. */
export interface PaintNodes {
  readonly columns: number;
  readonly rows: number;
  /**
   * Four values a corner, row by row: x and y in the image's pixels, what its colours are multiplied by there, and
   * one without meaning. In between all are linear.
   */
  readonly data: Float32Array;
}

/** Colours to be added, at a quarter of the resolution. */
export interface PaintChange {
  readonly width: number;
  readonly height: number;
  /**
   * Red, green, blue and one without meaning of every fourth pixel, row by row; linear in between, and going on as they
   * are past the edge.
   */
  readonly data: Float32Array;
  /** The value that lies at the first corner of the grid, which is `left` and `top` values into the rectangle. */
  readonly left: number;
  readonly top: number;
}

/** Makes cells of an image, a strip at a time. */
export interface Painter {
  /** 8 rows of red, green, blue, where {@link run} puts its cells; used again by the next run. */
  readonly strip: Uint8Array;
  /** Bytes from one row of the strip to the next. */
  readonly pitch: number;
  /**
   * Paints `count` neighbouring cells, the first that whose upper left corner is `column` and `row` of the grid:
   * colours by interpolation between the four nearest pixels (those of the edge past it), times the factor, plus the
   * change, rounded and cut to 0 to 255. White, which was cut off and may have been any brighter, is not darkened: where
   * the least of the three colours is above {@link WHITE}, a factor below 1 rises to 1 at 255.
   */
  run(column: number, row: number, count: number): void;
}

/** Pixels along a cell's side, and from one value of a change to the next. */
export const [CELL, COARSE] = [8, 4];

/** Colours from here on, of 255, are on their way to being cut off. */
export const WHITE = 235;
