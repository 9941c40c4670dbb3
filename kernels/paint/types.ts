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

/** How the colours of an image become those that are shown, besides the factor of the nodes. */
export interface PaintTone {
  /** What red, green and blue are multiplied by; defaults to 1 each. */
  readonly tint?: readonly [red: number, green: number, blue: number];
  /**
   * The value that is shown as 255, 255 or more. Colours whose greatest part lies above {@link shoulderOf}'s knee are darkened,
   * all parts alike, so that hue stays and what lies below this value is not cut off. Defaults to 255: nothing changes.
   */
  readonly white?: number;
}

/** Least and most of the range below 255 that gives way to what is brighter, and that range by what is brighter. */
const [LEAST_RANGE, MOST_RANGE, RANGE] = [24, 128, 3];

/**
 * The curve that takes values up to `white` to 255: `v` up to the knee, and `knee + o / (1 + bend o)` with `o = v - knee`
 * above it. It rises everywhere, and its slope begins with 1. For a white of 255 there is no knee: it is infinite.
 */
export function shoulderOf(white: number): { readonly knee: number; readonly bend: number } {
  const above = white - 255;
  if (above <= 0) return { knee: Infinity, bend: 0 };
  const range = Math.min(MOST_RANGE, Math.max(LEAST_RANGE, RANGE * above));
  return { knee: 255 - range, bend: above / (range * (range + above)) };
}

/** Makes cells of an image, a strip at a time. */
export interface Painter {
  /** 8 rows of red, green, blue, where {@link run} puts its cells; used again by the next run. */
  readonly strip: Uint8Array;
  /** Bytes from one row of the strip to the next. */
  readonly pitch: number;
  /**
   * Paints `count` neighbouring cells, the first that whose upper left corner is `column` and `row` of the grid:
   * colours by interpolation between the four nearest pixels (those of the edge past it), times the factor and the tint,
   * along the tone's curve, plus the change, rounded and cut to 0 to 255. White, which was cut off and may have been any
   * brighter, stays white: where the least of the three colours is above {@link WHITE}, factors below that of the tone's
   * white by 255 rise to it at 255.
   */
  run(column: number, row: number, count: number): void;
}

/** Pixels along a cell's side, and from one value of a change to the next. */
export const [CELL, COARSE] = [8, 4];

/** Colours from here on, of 255, are on their way to being cut off. */
export const WHITE = 235;
