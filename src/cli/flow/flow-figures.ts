import type { FlowField, Mask } from '../../core/index.ts';
import type { FlowEstimate } from '../../flow/estimate/index.ts';

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function mean(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** To thousandths, for people who read JSON. */
export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** The flow, unknown where the second image does not show the pixel. */
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

/** The estimate, its flow unknown where its image is transparent; masks are of the images' full size. */
export function withoutTransparent(
  estimate: FlowEstimate,
  opaqueA: Mask | undefined,
  opaqueB: Mask | undefined,
): FlowEstimate {
  if (!opaqueA && !(opaqueB && estimate.backward)) return estimate;
  const { flow, backward } = estimate;
  // Some of an estimate is worked out when it is asked for, so what is copied is how.
  return Object.defineProperties({} as FlowEstimate, {
    ...Object.getOwnPropertyDescriptors(estimate),
    flow: { enumerable: true, value: knownWhere(flow, opaqueA) },
    ...(backward ? { backward: { enumerable: true, value: knownWhere(backward, opaqueB) } } : {}),
  });
}

function knownWhere(flow: FlowField, opaque: Mask | undefined): FlowField {
  if (!opaque) return flow;
  const { width, height } = flow;
  const valid = new Uint8Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * opaque.height) / height) * opaque.width;
    for (let x = 0; x < width; x++, i++)
      valid[i] =
        opaque.data[row + Math.floor(((x + 0.5) * opaque.width) / width)] && flow.valid?.[i] !== 0 ? 1 : 0;
  }
  return { ...flow, valid };
}
