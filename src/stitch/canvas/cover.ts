import { CELL } from '../../../kernels/paint/index.ts';
import type { SourceGrid } from './layout.ts';
import { countMasked, maskHolds } from './view-mask.ts';
import type { ViewMask } from './view-mask.ts';
import type { Size } from '../../core/index.ts';

/** Half a pixel, and what rounding may take from it: the canvas ends with pixels on the images' very edge. */
const EDGE = 0.5 + 1e-4;

/** How much of a cell an image covers. */
export const [NONE, SOME, ALL] = [0, 1, 2];

/** Where one image covers an area of the canvas, by pixels counted from the area's corner. */
export interface Cover {
  holds(x: number, y: number): boolean;
  /** How much it covers of the cell of 8 x 8 pixels that holds a pixel: {@link NONE}, {@link SOME} or {@link ALL}. */
  stateOf(x: number, y: number): number;
}

/**
 * @param grid of the full image, exact at every 8th pixel
 * @param left the pixel of the area where the grid begins, and `top`
 * @param mask of the image's pixels
 */
export function createCover(grid: SourceGrid, size: Size, left = 0, top = 0, mask?: ViewMask): Cover {
  const { columns, rows, points } = grid;
  const [right, bottom] = [size.width - 1 + EDGE, size.height - 1 + EDGE];
  const states = cellStates(grid, right, bottom);
  if (mask) maskCells(states, grid, size, mask);
  return {
    holds(x, y) {
      const i = (x - left) >> 3;
      const j = (y - top) >> 3;
      if (i < 0 || j < 0 || i >= columns - 1 || j >= rows - 1) return false;
      const s = ((x - left) & 7) / CELL;
      const t = ((y - top) & 7) / CELL;
      const upper = 2 * (j * columns + i);
      const lower = upper + 2 * columns;
      const x0 = points[upper] + (points[upper + 2] - points[upper]) * s;
      const y0 = points[upper + 1] + (points[upper + 3] - points[upper + 1]) * s;
      const x1 = points[lower] + (points[lower + 2] - points[lower]) * s;
      const y1 = points[lower + 1] + (points[lower + 3] - points[lower + 1]) * s;
      const px = x0 + (x1 - x0) * t;
      const py = y0 + (y1 - y0) * t;
      if (!(px >= -EDGE && py >= -EDGE && px <= right && py <= bottom)) return false;
      return !mask || maskHolds(mask, size, px, py);
    },
    stateOf(x, y) {
      const i = (x - left) >> 3;
      const j = (y - top) >> 3;
      return i < 0 || j < 0 || i >= columns - 1 || j >= rows - 1 ? NONE : states[j * (columns - 1) + i];
    },
  };
}

/** Leaves of each cell only what may be used of the image there. */
function maskCells(
  states: Uint8Array,
  { columns, rows, points }: SourceGrid,
  size: Size,
  mask: ViewMask,
): void {
  for (let j = 0, k = 0; j < rows - 1; j++)
    for (let i = 0; i < columns - 1; i++, k++) {
      if (states[k] === NONE) continue;
      const a = 2 * (j * columns + i);
      const corners = [a, a + 2, a + 2 * columns, a + 2 * columns + 2];
      const [xs, ys] = [corners.map((p) => points[p]), corners.map((p) => points[p + 1])];
      const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)] as const;
      const masked = countMasked(mask, size, box);
      if (masked !== 'none') states[k] = masked === 'all' ? NONE : SOME;
    }
}

/** Of each cell by where its corners lie, between which places are linear; a cell with a corner nowhere counts as none. */
function cellStates({ columns, rows, points }: SourceGrid, right: number, bottom: number): Uint8Array {
  const states = new Uint8Array((columns - 1) * (rows - 1));
  for (let j = 0, k = 0; j < rows - 1; j++)
    for (let i = 0; i < columns - 1; i++, k++) {
      const a = 2 * (j * columns + i);
      const b = a + 2 * columns;
      const least = Math.min(points[a], points[a + 2], points[b], points[b + 2]);
      const most = Math.max(points[a], points[a + 2], points[b], points[b + 2]);
      const highest = Math.min(points[a + 1], points[a + 3], points[b + 1], points[b + 3]);
      const lowest = Math.max(points[a + 1], points[a + 3], points[b + 1], points[b + 3]);
      if (least >= -EDGE && most <= right && highest >= -EDGE && lowest <= bottom) states[k] = ALL;
      // No comparison holds of NaN.
      else if (most >= -EDGE && least <= right && lowest >= -EDGE && highest <= bottom) states[k] = SOME;
    }
  return states;
}
