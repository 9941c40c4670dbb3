/** A rectangle of pixels. */
export interface Window {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** An image on a rectangle of a canvas, or several that have been laid down there; all row by row. */
export interface SeamLayer {
  readonly area: Window;
  /** Red, green, blue interleaved. */
  readonly rgb: Uint8Array;
  /** 1 where it shows something. */
  readonly inside: Uint8Array;
  /** How far inside of its image each pixel lies, in pixels. */
  readonly depth: Float32Array;
}

/** What speaks for either layer at each pixel of a window, and for both alike at its neighbours; as of a grid's cut. */
export interface SeamWeights {
  /** Above 0 what draws a pixel to the old layer, below 0 what draws it to the new one. */
  readonly terminals: Int32Array;
  /** What it costs to part a pixel from its right neighbour. */
  readonly right: Int32Array;
  /** The same of the neighbour below. */
  readonly down: Int32Array;
}

/** Ties to a side that must not be cut. */
export const NEVER = 1 << 28;
/** What a difference of colour of 1 over a gradient of {@link FLAT} costs. */
export const UNIT = 64;
/** Gradients count from here on, of 255. */
export const FLAT = 12;
/** How strongly a pixel of no difference is drawn to the layer whose edge is farther away, by {@link FARTHEST} or more. */
export const PULL = 12;
export const FARTHEST = 20;
