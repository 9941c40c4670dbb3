import { scaleFactor } from './reference.ts';
import type { Backend } from './backend.ts';
import type { CorrelationSpec } from '../types.ts';

/**
 * The correlation as careful JavaScript: channels last, so that both vectors of a product lie in one piece,
 * and four sums that do not wait for each other. It runs everywhere and is what the others must beat.
 */
export const backend: Backend = {
  unavailable: () => Promise.resolve(null),
  prepare(spec) {
    const cells = spec.height * spec.width;
    const lastA = new Float32Array(cells * spec.channels);
    const lastB = new Float32Array(cells * spec.channels);
    return Promise.resolve({
      run(a, b, out) {
        channelsLast(a, spec.channels, cells, lastA);
        channelsLast(b, spec.channels, cells, lastB);
        for (let y = 0; y < spec.height; y++)
          for (let dy = -spec.radius; dy <= spec.radius; dy++) fillRow(spec, lastA, lastB, { y, dy }, out);
        return Promise.resolve();
      },
      dispose() {
        // Nothing but memory is held.
      },
    });
  },
};

function channelsLast(map: Float32Array, channels: number, cells: number, out: Float32Array): void {
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < cells; i++) out[i * channels + c] = map[c * cells + i];
}

/** Row `y` of all displacements with this `dy`. */
function fillRow(
  spec: CorrelationSpec,
  a: Float32Array,
  b: Float32Array,
  { y, dy }: { y: number; dy: number },
  out: Float32Array,
): void {
  const { channels, height, width, radius, step } = spec;
  const factor = scaleFactor(spec.scale, channels);
  const yb = y + dy * step;
  const inside = yb >= 0 && yb < height;
  for (let x = 0; x < width; x++)
    for (let dx = -radius; dx <= radius; dx++) {
      const xb = x + dx * step;
      const k = (dy + radius) * (2 * radius + 1) + dx + radius;
      out[(k * height + y) * width + x] =
        inside && xb >= 0 && xb < width
          ? factor * dot(a, (y * width + x) * channels, b, (yb * width + xb) * channels, channels)
          : 0;
    }
}

function dot(a: Float32Array, p: number, b: Float32Array, q: number, n: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    s0 += a[p + i] * b[q + i];
    s1 += a[p + i + 1] * b[q + i + 1];
    s2 += a[p + i + 2] * b[q + i + 2];
    s3 += a[p + i + 3] * b[q + i + 3];
  }
  for (; i < n; i++) s0 += a[p + i] * b[q + i];
  return s0 + s1 + (s2 + s3);
}
