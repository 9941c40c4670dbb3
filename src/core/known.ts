import type { FlowField } from './types.ts';

/** Values beyond this mark unknown flow, as in the Middlebury code (its files write 1e10). */
const UNKNOWN_THRESHOLD = 1e9;

/** Whether a flow of these components is known, as far as they tell: both comparisons are false for NaN. */
export const isKnown = (u: number, v: number): boolean =>
  Math.abs(u) <= UNKNOWN_THRESHOLD && Math.abs(v) <= UNKNOWN_THRESHOLD;

/**
 * 1 for every pixel whose flow is known: not masked out, not NaN, and neither component beyond 1e9 pixels,
 * the mark of unknown flow in Middlebury's files.
 */
export function knownPixels(flow: FlowField): Uint8Array {
  const { data, valid } = flow;
  const known = new Uint8Array(flow.width * flow.height);
  for (let i = 0; i < known.length; i++)
    if (isKnown(data[i * 2], data[i * 2 + 1]) && valid?.[i] !== 0) known[i] = 1;
  return known;
}

/** The length of the flow at every pixel, in pixels; 0 where it is unknown. */
export function flowMagnitudes(flow: FlowField, known: Uint8Array): Float32Array {
  const { data } = flow;
  const magnitudes = new Float32Array(known.length);
  for (let i = 0; i < known.length; i++) {
    if (known[i] === 0) continue;
    const u = data[i * 2];
    const v = data[i * 2 + 1];
    magnitudes[i] = Math.sqrt(u * u + v * v);
  }
  return magnitudes;
}
