/** A grey picture: `width * height` values, row by row. */
export interface GreyPlane {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/**
 * Places to be described, four values each: x and y in pixels, the side of a cell in pixels, and the direction in
 * radians from x towards y.
 */
export type Places = Float32Array;
