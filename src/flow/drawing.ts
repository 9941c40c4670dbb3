import type { FlowField, Image, Mask, ScalarField } from '../core/types.ts';
import { pending } from './pending.ts';
import type { Color } from './warp.ts';

export interface ArrowOptions {
  readonly step?: number;
  readonly scale?: number;
  readonly color?: Color;
}

export function drawArrows(image: Image, flow: FlowField, options: ArrowOptions = {}): Image {
  return pending(image, flow, options);
}

export interface ErrorMapOptions {
  readonly maxError?: number;
  readonly colors?: 'heat' | 'kitti';
}

export interface ErrorMap {
  readonly image: Image;
  readonly maxError: number;
}

export function errorMap(flow: FlowField, truth: FlowField, options: ErrorMapOptions = {}): ErrorMap {
  return pending(flow, truth, options);
}

export function blend(imageA: Image, imageB: Image, alpha = 0.5): Image {
  return pending(imageA, imageB, alpha);
}

export function sideBySide(...images: Image[]): Image {
  return pending(images);
}

export function maskToImage(mask: Mask): Image {
  return pending(mask);
}

export function scalarToImage(field: ScalarField, minimum = 0, maximum = 1): Image {
  return pending(field, minimum, maximum);
}
