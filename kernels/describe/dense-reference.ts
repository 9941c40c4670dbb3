import { CELLS, DIRECTIONS, LENGTH } from './grid.ts';
import type { GreyPlane, Places } from './types.ts';

/** The definition of `describeDense`. */
export function describeDenseReference(plane: GreyPlane, places: Places): Float32Array {
  const out = new Float32Array((places.length / 4) * LENGTH);
  for (let i = 0; 4 * i < places.length; i++)
    describeOne(plane, places.subarray(4 * i, 4 * i + 4), out.subarray(i * LENGTH, (i + 1) * LENGTH));
  return out;
}

function describeOne(plane: GreyPlane, place: Places, out: Float32Array): void {
  const { data, width } = plane;
  const [x, y, side, angle] = place;
  const { left, right, top, bottom } = windowOf(plane, x, y, side);
  for (let py = top; py <= bottom; py++)
    for (let px = left; px <= right; px++) {
      // In cells, turned to the place's direction, from its middle.
      const u = (Math.cos(angle) * (px - x) + Math.sin(angle) * (py - y)) / side;
      const v = (Math.cos(angle) * (py - y) - Math.sin(angle) * (px - x)) / side;
      const k = py * width + px;
      const dx = data[k + 1] - data[k - 1];
      const dy = data[k + width] - data[k - width];
      const size = Math.hypot(dx, dy) * Math.exp(-(u * u + v * v) / (CELLS * CELLS * 0.5));
      const turns = ((Math.atan2(dy, dx) - angle) * DIRECTIONS) / (2 * Math.PI);
      share(out, v + (CELLS - 1) / 2, u + (CELLS - 1) / 2, turns, size);
    }
}

/** To the two nearest cells each way, and to the two nearest directions. */
function share(out: Float32Array, row: number, column: number, turns: number, size: number): void {
  const [r, c, d] = [row, column, turns].map(Math.floor);
  for (let i = 0; i < 2; i++)
    for (let j = 0; j < 2; j++)
      for (let k = 0; k < 2; k++) {
        if (r + i < 0 || r + i >= CELLS || c + j < 0 || c + j >= CELLS) continue;
        const direction = (((d + k) % DIRECTIONS) + DIRECTIONS) % DIRECTIONS;
        const near = (i ? row - r : 1 - row + r) * (j ? column - c : 1 - column + c);
        out[((r + i) * CELLS + c + j) * DIRECTIONS + direction] +=
          size * near * (k ? turns - d : 1 - turns + d);
      }
}

/** The pixels with neighbours that may lie in a place's cells. */
export function windowOf(
  { width, height }: GreyPlane,
  x: number,
  y: number,
  side: number,
): { left: number; right: number; top: number; bottom: number } {
  const radius = Math.min(
    Math.round(side * Math.SQRT2 * (CELLS + 1) * 0.5),
    Math.ceil(Math.hypot(width, height)),
  );
  const [cx, cy] = [Math.round(x), Math.round(y)];
  return {
    left: Math.max(1, cx - radius),
    right: Math.min(width - 2, cx + radius),
    top: Math.max(1, cy - radius),
    bottom: Math.min(height - 2, cy + radius),
  };
}
