import type { FlowField, Mask } from '../core/types.ts';
import { pending } from './pending.ts';

export interface ScoreOptions {
  readonly occluded?: Mask;
}

export interface FlowScore {
  readonly epe: number | null;
  readonly epeMatched: number | null;
  readonly epeUnmatched: number | null;
  readonly fl: number | null;
  readonly px1: number | null;
  readonly px3: number | null;
  readonly px5: number | null;
  readonly angularError: number | null;
  readonly s0_10: number | null;
  readonly s10_40: number | null;
  readonly s40plus: number | null;
  readonly wauc: number | null;
  readonly validPixels: number;
  readonly missingPixels: number;
}

export function scoreFlow(flow: FlowField, truth: FlowField, options: ScoreOptions = {}): FlowScore {
  return pending(flow, truth, options);
}
