export type { GreyPlane } from '../types.ts';

/** What a histogram is taken of. */
export interface Surroundings {
  /** The pixel in their middle. */
  readonly x: number;
  readonly y: number;
  /** Of the Gaussian that weighs them, in pixels; they reach three times as far. */
  readonly spread: number;
}

/** Directions that are told apart: bin k is about `k / BINS` of a turn, from x towards y. */
export const BINS = 36;

/** Pixels to either side. */
export const radiusOf = ({ spread }: Surroundings): number => Math.round(3 * spread);

/** The first and the last sample of 0 to `size - 1` that has neighbours, `step` apart; as many as lie around `at`. */
export function samplesOf(
  at: number,
  radius: number,
  size: number,
  step: number,
): { first: number; count: number } {
  const first = Math.max(1, at - radius);
  return { first, count: Math.max(0, Math.floor((Math.min(size - 2, at + radius) - first) / step) + 1) };
}
