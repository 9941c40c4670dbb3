import type { Descriptors, Patches } from '../../features/index.ts';
import { standardize } from './standardize.ts';

/**
 * Each patch's own pixels, scaled so that the Euclidean distance of two patches is the root of their mean squared
 * difference, from 0 to 1 (black against white).
 */
export function describeRawPixels({ count, size, data }: Patches): Descriptors {
  const length = size * size;
  const scale = 1 / (255 * size);
  return { count, length, data: data.slice(0, count * length).map((value) => value * scale) };
}

/**
 * Each patch's pixels less their mean, divided by their length: cosines of two such vectors are the normalised
 * cross-correlation (Lewis 1995), from -1 to 1. A flat patch is all zeros.
 */
export function describeStandardizedPixels({ count, size, data }: Patches): Descriptors {
  const length = size * size;
  const out = new Float32Array(count * length);
  for (let i = 0; i < count; i++)
    standardize(data.subarray(i * length, (i + 1) * length), out.subarray(i * length, (i + 1) * length));
  return { count, length, data: out };
}
