/**
 * The nouns of the library, plain data all of them.
 *
 * One convention everywhere: the origin is the top-left pixel, x points right, y down, integer coordinates
 * are pixel centres. Flow from A to B is in pixels of A's grid: A(x, y) corresponds to B(x + u, y + v).
 * Resizing by s maps x to (x + 0.5) * s - 0.5 and multiplies the flow by s.
 */

/** An image: 8-bit sRGB, three interleaved channels; red of (x, y) is `data[(y * width + x) * 3]`. */
export interface Image {
  readonly width: number;
  readonly height: number;
  /** `width * height * 3` values, 0 to 255. */
  readonly data: Uint8Array;
}

/** Flow from A to B on A's grid: u of (x, y) is `data[(y * width + x) * 2]`, v the next value. */
export interface FlowField {
  readonly width: number;
  readonly height: number;
  /** `width * height * 2` values in pixels, u and v interleaved. */
  readonly data: Float32Array;
  /** 1 where the flow is known, 0 where it is not; absent where all of it is known. */
  readonly valid?: Uint8Array;
}

/** One yes or no a pixel, row by row. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  /** `width * height` values, 1 or 0. */
  readonly data: Uint8Array;
}

/** One number a pixel, row by row, such as a confidence from 0 to 1. */
export interface ScalarField {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** A dense array of any rank, rows last: the last dimension is the fastest. */
export interface Tensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** An RGB colour, 0 to 255 each. */
export type Color = readonly [red: number, green: number, blue: number];

/** Width and height of a grid, in its pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A rectangle of whole pixels. */
export interface Rectangle extends Size {
  /** Its leftmost column. */
  readonly x: number;
  /** Its topmost row. */
  readonly y: number;
}
