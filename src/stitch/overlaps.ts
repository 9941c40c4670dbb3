import type { Rectangle } from './layout.ts';

/** What two rectangles share, or null. */
export function intersect(a: Rectangle, b: Rectangle): Rectangle | null {
  const x = Math.max(a.x, b.x);
  const y = Math.max(a.y, b.y);
  const width = Math.min(a.x + a.width, b.x + b.width) - x;
  const height = Math.min(a.y + a.height, b.y + b.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}

/** Calls `visit` with the offsets in A and B of every `step`-th place on the canvas that both rectangles hold. */
export function forEachShared(
  a: Rectangle,
  b: Rectangle,
  step: number,
  visit: (offsetA: number, offsetB: number) => void,
): void {
  const shared = intersect(a, b);
  if (!shared) return;
  // The places are those of one raster of the canvas, whichever pair is looked at.
  const first = (v: number): number => Math.ceil(v / step) * step;
  for (let y = first(shared.y); y < shared.y + shared.height; y += step)
    for (let x = first(shared.x); x < shared.x + shared.width; x += step)
      visit((y - a.y) * a.width + x - a.x, (y - b.y) * b.width + x - b.x);
}
