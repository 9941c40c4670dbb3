/** One image's part of a tile. */
export interface BlendLayer {
  /** Where, within the tile; corners on multiples of `2 ** (levels - 1)`. */
  readonly area: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  };
  /** Red, green, blue of the area, interleaved, row by row. */
  readonly rgb: Uint8Array;
  /** Share of each pixel that the tile takes from this image, 0 to 1. */
  readonly share: Float32Array;
}

/** Weights below this are none. */
export const LEAST_WEIGHT = 1e-6;
