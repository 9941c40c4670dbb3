import { intersect } from './overlaps.ts';
import type { Rectangle } from '../types.ts';

/** Numbers at every few pixels of the canvas, both ways, that lie in a rectangle of it. */
export interface Raster {
  /** The places, counted in steps from the canvas's corner, so that those of all rectangles coincide. */
  readonly area: Rectangle;
  /** One a place, row by row. */
  readonly values: Float32Array;
}

/**
 * @param area of the canvas, in pixels
 * @param step pixels from one place to the next
 * @param valueAt the number of pixel `k` of the area
 */
export function sampleRaster(area: Rectangle, step: number, valueAt: (k: number) => number): Raster {
  const x = Math.ceil(area.x / step);
  const y = Math.ceil(area.y / step);
  const width = Math.ceil((area.x + area.width) / step) - x;
  const height = Math.ceil((area.y + area.height) / step) - y;
  const values = new Float32Array(width * height);
  for (let j = 0, i = 0; j < height; j++) {
    const row = ((y + j) * step - area.y) * area.width + x * step - area.x;
    for (let k = row; k < row + width * step; k += step) values[i++] = valueAt(k);
  }
  return { area: { x, y, width, height }, values };
}

/** Calls `visit` with where in A and in B each place lies that both rasters hold. */
export function forEachShared(
  { area: a }: Raster,
  { area: b }: Raster,
  visit: (placeA: number, placeB: number) => void,
): void {
  const shared = intersect(a, b);
  if (!shared) return;
  const { x, y, width, height } = shared;
  for (let j = y; j < y + height; j++) {
    const ahead = (j - b.y) * b.width - b.x - ((j - a.y) * a.width - a.x);
    const row = (j - a.y) * a.width + x - a.x;
    for (let p = row; p < row + width; p++) visit(p, p + ahead);
  }
}
