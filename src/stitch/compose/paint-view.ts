import { CELL } from '../../../kernels/paint/index.ts';
import type { Painter } from '../../../kernels/paint/index.ts';
import { copyRun, paintPlaced, sourceGrid } from '../canvas/index.ts';
import type { PlacedView } from '../canvas/index.ts';
import { isMixed, pixelsOf } from '../seams/index.ts';
import type { OwnerMap } from '../seams/index.ts';
import type { Rectangle } from '../types.ts';

/** What one image adds to a tile. */
export interface Paint extends PlacedView {
  /**
   * What is added to its colours, of a rectangle at a quarter of the size, in pixels of four of the map's from its
   * corner: four values each, as of `PaintChange`.
   */
  readonly change?: { readonly area: Rectangle; readonly data: Float32Array };
}

/** 8-bit RGB rows of a rectangle of the canvas. */
export interface Target {
  readonly area: Rectangle;
  readonly data: Uint8Array;
}

/**
 * Paints the pixels of `part` that an image owns, by interpolation between its four nearest pixels.
 *
 * @param part of the canvas, cut by the target's edges alone from whole cells of the map
 * @param target `part` lies within
 */
export function paintView(paint: Paint, map: OwnerMap, part: Rectangle, target: Target): void {
  const { canvas, view, inverse, change } = paint;
  const grid = sourceGrid(canvas, view, inverse, part, CELL);
  const [left, top] = [part.x - map.area.x, part.y - map.area.y];
  const changed = change && {
    width: change.area.width,
    height: change.area.height,
    data: change.data,
    left: left / 4 - change.area.x,
    top: top / 4 - change.area.y,
  };
  paintPlaced((painter) => paintOwned(painter, map, view, part, target), paint, grid, part, changed);
}

function paintOwned(painter: Painter, map: OwnerMap, view: number, part: Rectangle, target: Target): void {
  const [left, top] = [part.x - map.area.x, part.y - map.area.y];
  const [x0, y0] = [part.x - target.area.x, part.y - target.area.y];
  const [columns, rows] = [Math.ceil(part.width / CELL), Math.ceil(part.height / CELL)];
  for (let j = 0; j < rows; j++) {
    const from = (top / CELL + j) * map.columns + left / CELL;
    for (let i = 0; i < columns; i++) {
      const start = i;
      while (i < columns && map.cells[from + i] === view) i++;
      if (i > start) {
        painter.run(start, j, i - start);
        copyRun(painter, target.data, target.area, x0 + start * CELL, y0 + j * CELL, i - start);
      }
      if (i < columns && isMixed(map.cells[from + i])) {
        const first = pixelsOf(map.cells[from + i]);
        const owners = map.pixels.subarray(first, first + CELL * CELL);
        paintMixed(painter, i, j, owners, view, { x: part.x, y: part.y }, target);
      }
    }
  }
}

/** Paints those pixels of one cell that the image owns. */
function paintMixed(
  painter: Painter,
  column: number,
  row: number,
  owners: Int16Array,
  view: number,
  corner: { readonly x: number; readonly y: number },
  target: Target,
): void {
  let painted = false;
  const [x0, y0] = [corner.x + column * CELL, corner.y + row * CELL];
  const right = Math.min(CELL, target.area.x + target.area.width - x0);
  const bottom = Math.min(CELL, target.area.y + target.area.height - y0);
  for (let y = 0; y < bottom; y++)
    for (let x = 0; x < right; x++) {
      if (owners[y * CELL + x] !== view) continue;
      if (!painted) painter.run(column, row, 1);
      painted = true;
      const from = y * painter.pitch + 3 * x;
      const to = ((y0 - target.area.y + y) * target.area.width + x0 - target.area.x + x) * 3;
      target.data[to] = painter.strip[from];
      target.data[to + 1] = painter.strip[from + 1];
      target.data[to + 2] = painter.strip[from + 2];
    }
}
