/** `whither/flow`: what can be done with flow: warp, splat, compose, invert, refine, check, measure. */
export * from '../flow/index.ts';
export type { RefineLevelSettings } from '../flow/estimate/index.ts';
export type { TileOption } from '../flow/tiles/index.ts';
export type { FlowField, Homography, Image, Mask, ScalarField } from '../core/index.ts';
