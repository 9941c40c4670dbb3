export type { GreyPlane } from '../types.ts';

/**
 * Places to be described, four values each: x and y in pixels, the side of a cell in pixels, and the direction in
 * radians from x towards y.
 */
export type Places = Float32Array;
