import { InvalidArgumentError } from 'commander';
import type { EstimateOptions } from '../../flow/estimate/index.ts';
import type { TileOption } from '../../flow/tiles/index.ts';
import type { FlowPresetName } from '../../runtime/index.ts';

/** What a sequence of images can show of its flow. */
export const OVERLAYS = ['color', 'blend', 'arrows', 'side-by-side'] as const;
export type Overlay = (typeof OVERLAYS)[number];

/** Which motion gets the full colour: a rule, or a length in pixels. */
export type Normalize = 'frame' | 'smooth' | 'sequence' | number;

/** The options of `whither flow`, parsed. */
export interface FlowCommandOptions {
  readonly output?: string;
  readonly color?: string;
  readonly occlusion?: string;
  readonly arrows?: string;
  readonly json?: boolean;
  readonly repeat?: number;
  readonly model: string;
  readonly backend: string;
  readonly device?: string;
  readonly preset?: FlowPresetName;
  readonly schedule?: readonly number[];
  readonly iterations?: readonly number[];
  readonly refine?: boolean;
  readonly tile?: TileOption;
  readonly every?: number;
  readonly maxSize?: number;
  readonly normalize?: Normalize;
  readonly both?: boolean;
  readonly overlay?: Overlay;
  readonly force?: boolean;
}

export function parseCount(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 1e6)
    throw new InvalidArgumentError('Expected an integer from 1 to 1000000.');
  return value;
}

export function parseNormalize(text: string): Normalize {
  if (text === 'frame' || text === 'smooth' || text === 'sequence') return text;
  const value = Number(text);
  if (!text.trim() || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('Expected frame, smooth, sequence or a length in pixels above 0.');
  return value;
}

export function parseSchedule(text: string): number[] {
  const factors = text.split(',').map(Number);
  if (!factors.every((factor) => Number.isInteger(factor) && factor >= 1 && factor <= 64))
    throw new InvalidArgumentError('Expected shrink factors from 1 to 64 such as 4,2,1.');
  return factors;
}

/** The library says which numbers are too small. */
export function parseTile(text: string): TileOption {
  if (text === 'auto') return text;
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('Expected auto, 0 or a number of pixels.');
  return Number(text);
}

export function parseIterations(text: string): number[] {
  const counts = text.split(',').map(Number);
  if (!counts.every((count) => Number.isInteger(count) && count >= 1 && count <= 64))
    throw new InvalidArgumentError('Expected counts from 1 to 64 such as 2,2,1.');
  return counts;
}

/** The options that say how a flow is estimated. */
export function estimateOptions({
  preset,
  schedule,
  iterations,
  refine,
  tile,
}: FlowCommandOptions): EstimateOptions {
  return { preset, schedule, iterations, refine, tile };
}
