export { distortPoints, idealPoints, idealRadius, lensUnit, toIdeal } from './distort.ts';
export type { LensSize } from './distort.ts';
export { estimateDistortion } from './estimate-distortion.ts';
