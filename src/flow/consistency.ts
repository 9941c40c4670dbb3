import type { FlowField, Mask, ScalarField } from '../core/types.ts';
import { pending } from './pending.ts';

export interface ConsistencyOptions {
  readonly alpha?: number;
  readonly beta?: number;
}

export interface Consistency {
  readonly occluded: Mask;
  readonly confidence: ScalarField;
  readonly error: ScalarField;
}

export function checkConsistency(
  flowAB: FlowField,
  flowBA: FlowField,
  options: ConsistencyOptions = {},
): Consistency {
  return pending(flowAB, flowBA, options);
}
