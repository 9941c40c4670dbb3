import type { FlowField, Image, Mask, ScalarField } from '../core/types.ts';
import { pending } from './pending.ts';

/** An RGB colour, 0 to 255 each. */
export type Color = readonly [number, number, number];

/** A picture moved by a flow, and which of its pixels received a value. */
export interface WarpedImage {
  readonly image: Image;
  readonly valid: Mask;
}

export interface WarpImageOptions {
  /** Colour of the pixels that have no counterpart; black unless told. */
  readonly fill?: Color;
}

export function warpImage(imageB: Image, flowAB: FlowField, options: WarpImageOptions = {}): WarpedImage {
  return pending(imageB, flowAB, options);
}

export interface SplatOptions {
  readonly weights?: ScalarField;
  readonly mode?: 'average' | 'softmax';
  readonly minCoverage?: number;
}

export interface SplatImageOptions extends SplatOptions {
  readonly fill?: Color;
}

export interface SplattedImage extends WarpedImage {
  readonly coverage: ScalarField;
}

export function splatImage(imageA: Image, flowAB: FlowField, options: SplatImageOptions = {}): SplattedImage {
  return pending(imageA, flowAB, options);
}

export function warpFlow(flowBC: FlowField, flowAB: FlowField): MaskedFlow {
  return pending(flowBC, flowAB);
}

/** A flow field that says of every pixel whether it is known. */
export interface MaskedFlow extends FlowField {
  readonly valid: Uint8Array;
}

export function composeFlow(flowAB: FlowField, flowBC: FlowField): MaskedFlow {
  return pending(flowAB, flowBC);
}

export function invertFlow(flowAB: FlowField, options: SplatOptions = {}): MaskedFlow {
  return pending(flowAB, options);
}
