import type { Matrix3 } from '../../core/index.ts';

/**
 * Squared distances in B between where a map takes the points of A and where they are. A point that the map sends
 * behind the horizon, by the sign of the weight that most points have, is infinitely far.
 */
export function squaredMapErrors(h: Matrix3, a: Float64Array, b: Float64Array, out: Float64Array): void {
  const [h0, h1, h2, h3, h4, h5, h6, h7, h8] = h;
  const count = out.length;
  const affine = h6 === 0 && h7 === 0;
  const sign = affine ? Math.sign(h8) : signOfMost(h, a, count);
  for (let i = 0; i < count; i++) {
    const x = a[2 * i];
    const y = a[2 * i + 1];
    const w = h6 * x + h7 * y + h8;
    const dx = (h0 * x + h1 * y + h2) / w - b[2 * i];
    const dy = (h3 * x + h4 * y + h5) / w - b[2 * i + 1];
    out[i] = w * sign > 0 ? dx * dx + dy * dy : Infinity;
  }
}

function signOfMost(h: Matrix3, a: Float64Array, count: number): number {
  let positive = 0;
  for (let i = 0; i < count; i++) if (h[6] * a[2 * i] + h[7] * a[2 * i + 1] + h[8] > 0) positive++;
  return 2 * positive >= count ? 1 : -1;
}
