import type { FlowField, Image } from '../core/types.ts';
import { pending } from './pending.ts';
import type { Color } from './warp.ts';

export interface ColorizeOptions {
  readonly maxMagnitude?: number;
  readonly unknown?: Color;
}

export interface ColorizedFlow {
  readonly image: Image;
  readonly maxMagnitude: number;
}

export function colorizeFlow(flow: FlowField, options: ColorizeOptions = {}): ColorizedFlow {
  return pending(flow, options);
}

export function flowLegend(size: number, maxMagnitude: number): Image {
  return pending(size, maxMagnitude);
}

export interface SequenceMagnitudeOptions {
  readonly percentile?: number;
  readonly release?: number;
}

export interface SequenceMagnitude {
  readonly value: number;
  update(flow: FlowField): number;
}

export function sequenceMagnitude(options: SequenceMagnitudeOptions = {}): SequenceMagnitude {
  return pending(options);
}
