import type { FlowField, Mask } from '../../core/index.ts';

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function mean(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
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

/** Mean and greatest length of the known flow, in pixels; the rest of its statistics would cost a film time. */
export function motionOf({ data, valid }: FlowField): { mean: number; greatest: number } {
  let [sum, squared, count] = [0, 0, 0];
  for (let i = 0, p = 0; p < data.length; i++, p += 2) {
    if (valid?.[i] === 0) continue;
    const length = data[p] * data[p] + data[p + 1] * data[p + 1];
    sum += Math.sqrt(length);
    if (length > squared) squared = length;
    count++;
  }
  return { mean: count ? sum / count : 0, greatest: Math.sqrt(squared) };
}
