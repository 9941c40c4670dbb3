/** What is known of one of the two images that a frame lies between; all on its own grid. */
export interface BetweenSide {
  /** Three bytes a pixel. */
  readonly rgb: Uint8Array;
  /** To the other image: `height * width * 2` values in pixels, u and v interleaved. */
  readonly flow: Float32Array;
  /** To the frame between, in the same layout. */
  readonly path: Float32Array;
  /** How probable it is that the other image shows a pixel, 0 to 1. */
  readonly visible: Float32Array;
  /** Which pixel wins where several meet: each counts `exp(importance)` times. */
  readonly importance: Float32Array;
}

/** Two images of one size, and when the frame between them is seen. */
export interface BetweenInput {
  readonly width: number;
  readonly height: number;
  readonly a: BetweenSide;
  readonly b: BetweenSide;
  /** 0 at A, 1 at B. */
  readonly time: number;
}

/** Where the pixels of a frame between two images lie in them, as one of the two tells. */
export interface BetweenLayer {
  /** From the frame between to A and to B: `height * width * 4` values in pixels, interleaved. */
  readonly places: Float32Array;
  /** What B counts in the mix of each pixel, 0 to 1; A counts the rest. */
  readonly share: Float32Array;
  /** What the layer counts at each pixel; 0 where it tells nothing. */
  readonly weight: Float32Array;
}
