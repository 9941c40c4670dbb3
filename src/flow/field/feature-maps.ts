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

/** All planes of maps of one size. */
export function joinPlanes(maps: readonly FeatureMap[]): FeatureMap {
  const { height, width } = maps[0];
  const channels = maps.reduce((sum, map) => sum + map.channels, 0);
  const data = new Float32Array(channels * height * width);
  let offset = 0;
  for (const map of maps) {
    data.set(map.data, offset);
    offset += map.data.length;
  }
  return { channels, height, width, data };
}

/** Planes of one value each. */
export function fillPlanes(values: readonly number[], height: number, width: number): FeatureMap {
  const data = new Float32Array(values.length * height * width);
  for (const [plane, value] of values.entries())
    data.fill(value, plane * height * width, (plane + 1) * height * width);
  return { channels: values.length, height, width, data };
}
