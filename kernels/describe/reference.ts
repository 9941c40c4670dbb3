import { CELLS, DIRECTIONS, LENGTH, offsetOf, SIDE, weightsOf } from './grid.ts';
import type { GreyPlane, Places } from './types.ts';

/**
 * The definition: the gradient at the pixel nearest to each sample, where that has neighbours all around, is shared
 * among the cells by their weights and between the two nearest directions.
 */
export function describeReference(plane: GreyPlane, places: Places): Float32Array {
  const count = places.length / 4;
  const out = new Float32Array(count * LENGTH);
  for (let i = 0; i < count; i++) {
    const [x, y, side, angle] = places.subarray(4 * i, 4 * i + 4);
    const [cos, sin] = [Math.fround(Math.cos(angle) * side), Math.fround(Math.sin(angle) * side)];
    for (let row = 0; row < SIDE; row++)
      for (let column = 0; column < SIDE; column++) {
        const [u, v] = [offsetOf(column), offsetOf(row)].map(Math.fround);
        const px = nearest(x, sin, -v, cos, u);
        const py = nearest(y, cos, v, sin, u);
        const gradient = gradientAt(plane, px, py);
        if (gradient) share(out.subarray(i * LENGTH, (i + 1) * LENGTH), column, row, gradient, angle);
      }
  }
  return out;
}

/** `round(x + a * u + b * v)`, each step rounded as the kernel does it, lest it takes another pixel. */
function nearest(x: number, a: number, u: number, b: number, v: number): number {
  const { fround } = Math;
  return Math.floor(fround(fround(fround(x + 0.5) + fround(a * u)) + fround(b * v)));
}

function gradientAt(
  { width, height, data }: GreyPlane,
  x: number,
  y: number,
): { dx: number; dy: number } | null {
  if (x < 1 || y < 1 || x > width - 2 || y > height - 2) return null;
  const i = y * width + x;
  return { dx: data[i + 1] - data[i - 1], dy: data[i + width] - data[i - width] };
}

function share(
  out: Float32Array,
  column: number,
  row: number,
  { dx, dy }: { dx: number; dy: number },
  angle: number,
): void {
  const size = Math.hypot(dx, dy);
  const turns = ((Math.atan2(dy, dx) - angle) * DIRECTIONS) / (2 * Math.PI);
  const direction = turns - DIRECTIONS * Math.floor(turns / DIRECTIONS);
  const [across, down] = [weightsOf(column), weightsOf(row)];
  for (let d = 0; d < DIRECTIONS; d++) {
    const apart = Math.abs(direction - d);
    const part = Math.max(0, 1 - Math.min(apart, DIRECTIONS - apart)) * size;
    for (let r = 0; r < CELLS; r++)
      for (let c = 0; c < CELLS; c++) out[(r * CELLS + c) * DIRECTIONS + d] += part * across[c] * down[r];
  }
}
