/** `whither/stitch`: panoramas, and each stage of making one alone. */
export * from '../stitch/index.ts';
export { createTiledImage } from '../io/image/index.ts';
export type { TiledImage, TiledImageOptions } from '../io/image/index.ts';
export type { WriteOptions } from '../io/index.ts';
export type { BuiltPanorama, InputReport, PlacedImage } from '../stitch/index.ts';
export type { PlacedSeams } from '../stitch/seams/index.ts';
export type { Field } from '../stitch/canvas/index.ts';
export type { AdjustedRotation, Component } from '../stitch/cameras/index.ts';
export type { ReadView, RegisterOptions } from '../stitch/register/index.ts';
export type { SourceOptions } from '../stitch/sources/index.ts';
export type { PaintTone } from '../../kernels/paint/index.ts';
