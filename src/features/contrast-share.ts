import type { Image } from '../core/index.ts';
import type { Grey } from './types.ts';

/** Grey levels that an image of ordinary contrast takes, between its darkest and lightest hundredths. */
const ORDINARY = 128;
/** A share below this is noise. */
const LEAST = 0.02;
/** More samples tell nothing more. */
const MOST_SAMPLES = 2 ** 16;

/** How much contrast an image has of what is ordinary: 1 or, where it is dark or dull, less. */
export function contrastShare({ width, height, data }: Image | Grey): number {
  const channels = data.length / (width * height);
  const step = channels * Math.max(1, Math.floor((width * height) / MOST_SAMPLES));
  const greys = new Float32Array(Math.ceil(data.length / step));
  for (let i = 0, k = 0; i < data.length; i += step, k++)
    greys[k] = channels === 3 ? 0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2] : data[i];
  greys.sort();
  const range = greys[Math.floor(0.99 * (greys.length - 1))] - greys[Math.floor(0.01 * (greys.length - 1))];
  return Math.min(1, Math.max(LEAST, range / ORDINARY));
}
