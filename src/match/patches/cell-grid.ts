import type { ScalarField } from '../../core/index.ts';

/** Where the cells of a map lie on an image. */
export interface CellGrid {
  /** Pixels between neighbouring cells. */
  readonly stride: number;
  /** Pixel coordinate of the first cell, on both axes. */
  readonly origin: number;
}

/** Where the greatest value of a map lies, in pixels of the image. */
export interface Peak {
  readonly x: number;
  readonly y: number;
  /** The value at the cell. */
  readonly score: number;
}

/** The greatest value, its place refined between cells by a parabola through its neighbours on each axis. */
export function findPeak(cells: ScalarField, { stride, origin }: CellGrid): Peak {
  const { width, height, data } = cells;
  let best = 0;
  for (let i = 1; i < data.length; i++) if (data[i] > data[best]) best = i;
  const [x, y] = [best % width, Math.floor(best / width)];
  const dx = vertex(x > 0 ? data[best - 1] : NaN, data[best], x < width - 1 ? data[best + 1] : NaN);
  const dy = vertex(y > 0 ? data[best - width] : NaN, data[best], y < height - 1 ? data[best + width] : NaN);
  return { x: origin + (x + dx) * stride, y: origin + (y + dy) * stride, score: data[best] };
}

/** The place of the vertex of the parabola through three values at -1, 0, 1; 0 at the border of the map. */
function vertex(before: number, middle: number, after: number): number {
  const bend = before - 2 * middle + after;
  if (!(bend < 0)) return 0;
  return (0.5 * (before - after)) / bend;
}

/** The map spread over the whole image: linear between cells, the outermost cells repeated to the edge. */
export function spreadCells(
  cells: ScalarField,
  { stride, origin }: CellGrid,
  width: number,
  height: number,
): ScalarField {
  const data = new Float32Array(width * height);
  const columns = taps(width, cells.width, stride, origin);
  const rows = taps(height, cells.height, stride, origin);
  for (let y = 0; y < height; y++) {
    const [upper, lower, fy] = rows[y];
    for (let x = 0; x < width; x++) {
      const [left, right, fx] = columns[x];
      const at = (row: number): number =>
        cells.data[row * cells.width + left] * (1 - fx) + cells.data[row * cells.width + right] * fx;
      data[y * width + x] = at(upper) * (1 - fy) + at(lower) * fy;
    }
  }
  return { width, height, data };
}

/** For each pixel of an axis the two cells it lies between, and the second one's share. */
function taps(pixels: number, cells: number, stride: number, origin: number): [number, number, number][] {
  return Array.from({ length: pixels }, (_, x) => {
    const position = Math.min(Math.max((x - origin) / stride, 0), cells - 1);
    const lower = Math.floor(position);
    return [lower, Math.min(lower + 1, cells - 1), position - lower];
  });
}
