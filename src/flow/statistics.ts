import type { FlowField } from '../core/types.ts';
import { pending } from './pending.ts';

export interface FlowStatistics {
  readonly meanMagnitude: number | null;
  readonly medianMagnitude: number | null;
  readonly p95Magnitude: number | null;
  readonly maxMagnitude: number | null;
  readonly meanU: number | null;
  readonly meanV: number | null;
  readonly movingShare: number | null;
  readonly directionDegrees: number | null;
  readonly knownPixels: number;
}

export function flowStatistics(flow: FlowField): FlowStatistics {
  return pending(flow);
}
