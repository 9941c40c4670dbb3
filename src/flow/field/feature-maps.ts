/** The form in which flow goes in and out of networks. */

import type { FeatureMap } from '../../../kernels/types.ts';
import type { FlowField } from '../../core/index.ts';

/** u and v as two planes. */
export function toPlanes({ width, height, data }: FlowField): FeatureMap {
  const size = width * height;
  const planes = new Float32Array(2 * size);
  for (let i = 0; i < size; i++) {
    planes[i] = data[i * 2];
    planes[i + size] = data[i * 2 + 1];
  }
  return { channels: 2, height, width, data: planes };
}

/** u and v side by side, of two planes. */
export function interleave({ data }: Pick<FeatureMap, 'data'>): Float32Array {
  const size = data.length / 2;
  const pairs = new Float32Array(data.length);
  for (let i = 0; i < size; i++) {
    pairs[i * 2] = data[i];
    pairs[i * 2 + 1] = data[i + size];
  }
  return pairs;
}
