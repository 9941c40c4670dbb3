import { lumaAt } from '../core/index.ts';
import type { Image } from '../core/index.ts';
import type { Grey } from './types.ts';

/** Grey levels that an image of ordinary contrast takes, between its darkest and lightest hundredths. */
const ORDINARY = 128;
/** A share below this is noise. */
const LEAST = 0.02;
/** Steps that one grey level is counted in. */
const STEPS = 8;
/** More samples tell nothing more. */
const MOST_SAMPLES = 2 ** 16;

/** How much contrast an image has of what is ordinary: 1 or, where it is dark or dull, less. */
export function contrastShare(image: Image | Grey): number {
  const counts = countGreys(image);
  const samples = counts.reduce((sum, count) => sum + count, 0);
  const range = levelAt(counts, 0.99 * samples) - levelAt(counts, 0.01 * samples);
  return Math.min(1, Math.max(LEAST, range / ORDINARY));
}

/** How many of the sampled pixels have each grey level. */
function countGreys({ width, height, data }: Image | Grey): Uint32Array {
  const channels = data.length / (width * height);
  const step = channels * Math.max(1, Math.floor((width * height) / MOST_SAMPLES));
  const counts = new Uint32Array(256 * STEPS);
  for (let i = 0; i < data.length; i += step) {
    const grey = channels === 3 ? lumaAt(data, i) : data[i];
    counts[Math.max(0, Math.min(counts.length - 1, Math.round(STEPS * grey)))]++;
  }
  return counts;
}

/** The grey level below which `rank` samples lie. */
function levelAt(counts: Uint32Array, rank: number): number {
  let level = 0;
  for (let seen = counts[0]; seen <= rank && level < counts.length - 1;) seen += counts[++level];
  return level / STEPS;
}
