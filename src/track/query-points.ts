import { checkInteger, expected } from '../core/index.ts';
import type { Size } from '../core/index.ts';
import type { QueryPoint } from './types.ts';

/** A point with its frame filled in. */
export type CheckedPoint = Required<QueryPoint>;

/** Checks points as users give them: `{ x, y, frame }` or `[x, y]`, which begins in frame 0. */
export function checkPoints(points: readonly (QueryPoint | readonly [number, number])[]): CheckedPoint[] {
  if (!Array.isArray(points) || !points.length)
    throw expected('a list of one point or more such as { x: 10, y: 20 }', 'points', points);
  return points.map((point: QueryPoint | readonly [number, number] | null, i) => {
    const given = Array.isArray(point) && point.length === 2 ? { x: point[0], y: point[1] } : point;
    const { x, y, frame = 0 } = (given ?? {}) as QueryPoint;
    if (!Number.isFinite(x) || !Number.isFinite(y))
      throw expected('a point such as { x: 10, y: 20 } or [10, 20]', `points[${i}]`, point);
    return { x, y, frame: checkInteger(frame, `points[${i}].frame`, 0) };
  });
}

/** Checks that points lie in their frames, that is within half a pixel of a pixel's centre. */
export function checkInside(points: readonly CheckedPoint[], { width, height }: Size): void {
  points.forEach(({ x, y }, i) => {
    if (x >= -0.5 && y >= -0.5 && x < width - 0.5 && y < height - 0.5) return;
    throw new RangeError(
      `Expected points inside of ${width} x ${height} pixels but received points[${i}] at (${x}, ${y})`,
    );
  });
}

/**
 * Points on a regular grid, the same distance apart both ways and from the border.
 *
 * @param columns how many fit into the width, 1 or more
 * @example
 * import { gridPoints } from 'whither/track';
 *
 * const points = gridPoints({ width: 640, height: 360 }, 16); // 16 x 9 points
 */
export function gridPoints({ width, height }: Size, columns: number): QueryPoint[] {
  checkInteger(columns, 'columns', 1);
  const step = width / columns;
  const rows = Math.max(1, Math.round(height / step));
  return Array.from({ length: columns * rows }, (_, i) => ({
    x: ((i % columns) + 0.5) * step - 0.5,
    y: ((Math.floor(i / columns) + 0.5) * height) / rows - 0.5,
  }));
}
