import type { Homography } from '../core/homography.ts';
import { bendOf, sourceGrid } from './layout.ts';
import type { Canvas, Rectangle, SourceGrid } from './layout.ts';
import { intersect } from './overlaps.ts';
import type { SeamMap } from './seams.ts';

/** Seams on a canvas of lower resolution, and how pixels of the full canvas find them. */
export interface PlacedSeams {
  readonly seams: SeamMap;
  /** Pixels of the seam map's canvas a pixel of this one, and where the seam map's first pixel lies there. */
  readonly seamScale: number;
  readonly seamLeft: number;
  readonly seamTop: number;
}

export interface OwnersSetting extends PlacedSeams {
  readonly canvas: Canvas;
  readonly inverses: readonly Homography[];
  /** Where each picture may lie on the canvas; null where nowhere. */
  readonly footprints: readonly (Rectangle | null)[];
}

/** Side of the squares that are decided as one where a single picture has all of them. */
const CELL = 8;

/**
 * The picture that each pixel of a rectangle of the canvas is taken from: the seam map's where that covers the pixel,
 * else the first that does; -1 where none does.
 *
 * @param area may reach beyond the canvas, where there is none; its width is a multiple of 8
 */
export function ownersOf(setting: OwnersSetting, area: Rectangle): Int16Array {
  const { canvas, seams, seamScale, seamLeft, seamTop } = setting;
  const owners = new Int16Array(area.width * area.height).fill(-1);
  const covers = coversOf(setting, area);
  const columns = seamPlaces(area.x, area.width, canvas.width, seamScale, seamLeft, seams.width);
  const rows = seamPlaces(area.y, area.height, canvas.height, seamScale, seamTop, seams.height);
  const [right, bottom] = [
    Math.min(area.width, canvas.width - area.x),
    Math.min(area.height, canvas.height - area.y),
  ];
  for (let y = 0; y < bottom; y += CELL)
    for (let x = 0; x < right; x += CELL) {
      const cell = { x, y, width: Math.min(CELL, right - x), height: Math.min(CELL, bottom - y) };
      const whole = soleOwner(seams, columns, rows, cell);
      if (whole >= 0 && covers[whole]?.holdsCell(x, y)) fill(owners, area.width, cell, whole);
      else
        decideEach(
          owners,
          area.width,
          cell,
          covers,
          (i, j) => seams.owners[rows[j] * seams.width + columns[i]],
        );
    }
  return owners;
}

/** For each pixel along one side the nearest one of the seam map. */
const seamPlaces = (
  start: number,
  count: number,
  size: number,
  scale: number,
  first: number,
  most: number,
): Int32Array =>
  Int32Array.from({ length: count }, (_, i) => {
    const place = Math.round(Math.min(size - 1, start + i) * scale - first);
    return Math.max(0, Math.min(most - 1, place));
  });

/** The one owner that the seam map has all over a cell, or -1. */
function soleOwner(
  { owners, width }: SeamMap,
  columns: Int32Array,
  rows: Int32Array,
  { x, y, width: w, height: h }: Rectangle,
): number {
  const first = owners[rows[y] * width + columns[x]];
  for (let r = rows[y]; r <= rows[y + h - 1]; r++)
    for (let c = columns[x]; c <= columns[x + w - 1]; c++) if (owners[r * width + c] !== first) return -1;
  return first;
}

function fill(owners: Int16Array, stride: number, { x, y, width, height }: Rectangle, value: number): void {
  for (let j = y; j < y + height; j++) owners.fill(value, j * stride + x, j * stride + x + width);
}

function decideEach(
  owners: Int16Array,
  stride: number,
  { x, y, width, height }: Rectangle,
  covers: readonly (Cover | null)[],
  wanted: (i: number, j: number) => number,
): void {
  for (let j = y; j < y + height; j++)
    for (let i = x; i < x + width; i++) {
      const want = wanted(i, j);
      owners[j * stride + i] = want >= 0 && covers[want]?.holds(i, j) ? want : firstThatHolds(covers, i, j);
    }
}

function firstThatHolds(covers: readonly (Cover | null)[], x: number, y: number): number {
  for (let v = 0; v < covers.length; v++) if (covers[v]?.holds(x, y)) return v;
  return -1;
}

/** Where one picture covers an area. */
interface Cover {
  holds(x: number, y: number): boolean;
  /** Whether it covers all of the cell that begins there. */
  holdsCell(x: number, y: number): boolean;
}

function coversOf({ canvas, inverses, footprints }: OwnersSetting, area: Rectangle): (Cover | null)[] {
  return footprints.map((footprint, v) => {
    const part = footprint && intersect(area, footprint);
    if (!part) return null;
    // On the raster of the area's cells.
    const [left, top] = [part.x - area.x, part.y - area.y].map((at) => Math.floor(at / CELL) * CELL);
    const [right, bottom] = [part.x + part.width - area.x, part.y + part.height - area.y];
    const snapped = { x: area.x + left, y: area.y + top, width: right - left, height: bottom - top };
    const grid = sourceGrid(canvas, inverses[v], snapped, CELL, bendOf(canvas, v));
    return createCover(grid, left, top, canvas.sizes[v].width - 0.5, canvas.sizes[v].height - 0.5);
  });
}

function createCover(
  { columns, rows, points }: SourceGrid,
  left: number,
  top: number,
  right: number,
  bottom: number,
): Cover {
  const isInside = (x: number, y: number): boolean => x >= -0.5 && y >= -0.5 && x <= right && y <= bottom;
  const nodeInside = (k: number): boolean => isInside(points[2 * k], points[2 * k + 1]);
  return {
    holds(x, y) {
      const i = Math.floor((x - left) / CELL);
      const j = Math.floor((y - top) / CELL);
      if (i < 0 || j < 0 || i >= columns - 1 || j >= rows - 1) return false;
      const s = (x - left) / CELL - i;
      const t = (y - top) / CELL - j;
      const upper = 2 * (j * columns + i);
      // At the first row of a cell the lower nodes must not matter, not even where they are NaN.
      const lower = t === 0 ? upper : upper + 2 * columns;
      const x0 = points[upper] + (points[upper + 2] - points[upper]) * s;
      const y0 = points[upper + 1] + (points[upper + 3] - points[upper + 1]) * s;
      const x1 = points[lower] + (points[lower + 2] - points[lower]) * s;
      const y1 = points[lower + 1] + (points[lower + 3] - points[lower + 1]) * s;
      return isInside(x0 + (x1 - x0) * t, y0 + (y1 - y0) * t);
    },
    holdsCell(x, y) {
      const [i, j] = [(x - left) / CELL, (y - top) / CELL];
      if (i < 0 || j < 0 || i >= columns - 1 || j >= rows - 1) return false;
      const k = j * columns + i;
      return nodeInside(k) && nodeInside(k + 1) && nodeInside(k + columns) && nodeInside(k + columns + 1);
    },
  };
}
