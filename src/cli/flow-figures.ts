import type { FlowField, Mask } from '../core/types.ts';

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** To thousandths, for people who read JSON. */
export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** The flow, unknown where the second picture does not show the pixel. */
export function withoutOccluded(flow: FlowField, occluded: Mask): FlowField {
  const valid = occluded.data.map((hidden, i) => (hidden || flow.valid?.[i] === 0 ? 0 : 1));
  return { ...flow, valid };
}

/** The share of a mask's pixels that are set, 0 to 1. */
export function maskShare(mask: Mask): number {
  let count = 0;
  for (const value of mask.data) count += value;
  return count / mask.data.length;
}
