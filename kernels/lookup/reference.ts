import { scaleFactor } from '../correlation/index.ts';
import type { CostVolume, FeatureMap } from '../types.ts';
import { coarsen } from './coarsen.ts';
import type { LookupSpec } from './types.ts';

/**
 * The lookup as it is defined (Teed and Deng 2020, section 3.2; the order of the displacements is FlowNet's), in double
 * precision, for each factor f of `spec.reaches`:
 *
 * `out[k, y, x] = scale * sum_c a[c, y, x] * b_f[c, (y + v + 0.5) / f - 0.5 + dy, (x + u + 0.5) / f - 0.5 + dx]`
 *
 * with `(u, v)` the flow of the cell, `b_f` the mean of f x f cells of b (see `coarsen`), `dy, dx` in `-radius..radius`,
 * `k = (dy + radius) * (2 * radius + 1) + (dx + radius)`, one factor after the other, and b_f between its cells
 * interpolated bilinearly. Each of the four cells that a sample lies between counts as zero where it is outside the map;
 * so does a sample whose place is not a number.
 *
 * @example
 * import { lookupReference } from 'whither/kernels';
 *
 * const { channels, height, width } = mapA;
 * const still = new Float32Array(2 * height * width);
 * const { data } = lookupReference({ channels, height, width, radius: 3 }, mapA, mapB, still);
 */
export function lookupReference(
  spec: LookupSpec,
  a: FeatureMap,
  b: FeatureMap,
  flow: Float32Array,
): CostVolume {
  const { height, width, radius, reaches = [1] } = spec;
  const data = reaches.flatMap((reach) => lookUp(spec, a, coarsen(b, reach), flow, reach));
  const displacements = reaches.length * (2 * radius + 1) ** 2;
  return { displacements, height, width, data: Float32Array.from(data) };
}

function lookUp(
  { channels, height, width, radius, scale = 'none' }: LookupSpec,
  a: FeatureMap,
  b: FeatureMap,
  flow: Float32Array,
  reach: number,
): number[] {
  const factor = scaleFactor(scale, channels);
  const cells = height * width;
  const size = b.height * b.width;
  const place = (own: number, step: number) => (own + step + 0.5) / reach - 0.5;
  const data: number[] = [];
  for (let dy = -radius; dy <= radius; dy++)
    for (let dx = -radius; dx <= radius; dx++)
      for (let i = 0; i < cells; i++) {
        const x = place(i % width, flow[i]) + dx;
        const y = place(Math.floor(i / width), flow[cells + i]) + dy;
        let sum = 0;
        for (const [cell, weight] of neighbours(b, x, y))
          for (let c = 0; c < channels; c++) sum += weight * a.data[c * cells + i] * b.data[c * size + cell];
        data.push(sum * factor);
      }
  return data;
}

/** The cells of a map that a place lies between, with their bilinear weights. */
function neighbours({ height, width }: FeatureMap, x: number, y: number): [cell: number, weight: number][] {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const inside: [number, number][] = [];
  for (const cy of [top, top + 1])
    for (const cx of [left, left + 1])
      if (cx >= 0 && cx < width && cy >= 0 && cy < height)
        inside.push([cy * width + cx, (1 - Math.abs(x - cx)) * (1 - Math.abs(y - cy))]);
  return inside;
}
