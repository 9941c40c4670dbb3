import { BINS, radiusOf, samplesOf } from './types.ts';
import type { GreyPlane, Surroundings } from './types.ts';

/** The definition of `directionHistogram`. */
export function histogramReference(
  { width, height, data }: GreyPlane,
  around: Surroundings,
  step: number,
): Float32Array {
  const radius = radiusOf(around);
  const rows = samplesOf(around.y, radius, height, step);
  const columns = samplesOf(around.x, radius, width, step);
  const bins = new Float64Array(BINS);
  for (let j = 0; j < rows.count; j++)
    for (let i = 0; i < columns.count; i++) {
      const x = columns.first + i * step;
      const y = rows.first + j * step;
      const k = y * width + x;
      const dx = data[k + 1] - data[k - 1];
      const dy = data[k + width] - data[k - width];
      const weight = Math.exp(-((x - around.x) ** 2 + (y - around.y) ** 2) / (2 * around.spread ** 2));
      const turns = Math.atan2(dy, dx) / (2 * Math.PI) + 1;
      bins[Math.round(turns * BINS) % BINS] += weight * Math.hypot(dx, dy);
    }
  const at = (k: number): number => bins[(k + BINS) % BINS];
  return Float32Array.from(
    bins,
    (_, k) => (at(k - 2) + at(k + 2)) / 16 + (at(k - 1) + at(k + 1)) / 4 + (at(k) * 6) / 16,
  );
}
