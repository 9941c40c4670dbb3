import type { Descriptors } from '../../src/features/types.ts';
import { createRandom } from '../../src/geometry/robust/random.ts';

/** Rows of numbers as descriptors. */
export function toDescriptors(rows: readonly (readonly number[])[]): Descriptors {
  return { count: rows.length, length: rows[0]?.length ?? 0, data: Float32Array.from(rows.flat()) };
}

/** Seeded numbers from -1 to 1. */
export function randomDescriptors(count: number, length: number, seed: number): Descriptors {
  const random = createRandom(seed);
  return { count, length, data: Float32Array.from({ length: count * length }, () => 2 * random() - 1) };
}
