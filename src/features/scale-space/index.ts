export { blurGaussian, halveSize } from './gaussian.ts';
export { asGrey, toGrey } from './grey.ts';
export { SCALES, SIGMA, buildScaleSpace, placeOf } from './scale-space.ts';
export type { Octave, Place, ScaleSpace } from './scale-space.ts';
