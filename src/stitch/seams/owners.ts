import { CELL } from '../../../kernels/paint/index.ts';
import type { Homography } from '../../core/index.ts';
import { ALL, NONE, createCover, intersect, sourceGrid, wrap } from '../canvas/index.ts';
import type { PanoramaCanvas, Cover } from '../canvas/index.ts';
import type { SeamMap } from './seams.ts';
import type { Rectangle } from '../types.ts';

/** Seams on a canvas of lower resolution, and how pixels of the full canvas find them. */
export interface PlacedSeams {
  readonly seams: SeamMap;
  /** Pixels of the seam map's canvas a pixel of this one, and where the seam map's first pixel lies there. */
  readonly seamScale: number;
  readonly seamLeft: number;
  readonly seamTop: number;
  /** Whether the seam map's left and right edges meet; defaults to false. */
  readonly closed?: boolean;
}

export interface OwnersSetting extends PlacedSeams {
  readonly canvas: PanoramaCanvas;
  readonly inverses: readonly Homography[];
  /** Where each image may lie on the canvas; null where nowhere. */
  readonly footprints: readonly (Rectangle | null)[];
}

/** Each pixel's image over a rectangle of the canvas, in cells of 8 x 8 pixels, most of which belong to one. */
export interface OwnerMap {
  readonly area: Rectangle;
  /** Cells a row and a column. */
  readonly columns: number;
  readonly rows: number;
  /** The image that all pixels of a cell are taken from, {@link NOBODY}, or a {@link isMixed mixed} one; row by row. */
  readonly cells: Int32Array;
  /** Of mixed cells each pixel's image, -1 where there is none: cell after cell, each row by row. */
  readonly pixels: Int16Array;
}

/** What stands for a cell that no image covers. */
export const NOBODY = -1;

/** Whether a cell's pixels were decided one by one. */
export const isMixed = (cell: number): boolean => cell < NOBODY;

/** Where the pixels of a mixed cell begin. */
export const pixelsOf = (cell: number): number => (NOBODY - 1 - cell) * CELL * CELL;

/** The image of one pixel of the area, or -1. */
export function ownerAt({ columns, cells, pixels }: OwnerMap, x: number, y: number): number {
  const cell = cells[(y >> 3) * columns + (x >> 3)];
  return isMixed(cell) ? pixels[pixelsOf(cell) + (y & 7) * CELL + (x & 7)] : cell;
}

/**
 * The image that each pixel of a rectangle of the canvas is taken from: the seam map's where that covers the pixel,
 * else the first that does; -1 where none does.
 *
 * @param area may reach beyond the canvas, where there is none
 */
export function ownersOf(setting: OwnersSetting, area: Rectangle): OwnerMap {
  const { canvas, seams, seamScale, seamLeft, seamTop, closed } = setting;
  const [columns, rows] = [Math.ceil(area.width / CELL), Math.ceil(area.height / CELL)];
  const cells = new Int32Array(columns * rows).fill(NOBODY);
  const pixels = createPixels();
  const covers = coversOf(setting, area);
  const states = new Uint8Array(covers.length);
  const places = {
    x: seamPlaces(area.x, area.width, canvas.width, seamScale, seamLeft, seams.width, closed),
    y: seamPlaces(area.y, area.height, canvas.height, seamScale, seamTop, seams.height),
  };
  const right = Math.min(area.width, canvas.width - area.x);
  const bottom = Math.min(area.height, canvas.height - area.y);
  for (let y = 0, k = 0; y < bottom; y += CELL, k = (y / CELL) * columns)
    for (let x = 0; x < right; x += CELL, k++) {
      const w = Math.min(CELL, right - x);
      const h = Math.min(CELL, bottom - y);
      const sole = soleOwner(seams, places, x, y, w, h);
      // A cell that is cut by the canvas's edge has pixels that belong to nobody.
      if (sole >= 0 && w === CELL && h === CELL && covers[sole]?.stateOf(x, y) === ALL) cells[k] = sole;
      else if (coverCell(covers, states, x, y)) {
        cells[k] = pixels.add();
        decideEach(pixels.last(), { x, y, width: w, height: h }, covers, states, seams, places);
      }
    }
  return { area, columns, rows, cells, pixels: pixels.all() };
}

/** The pixels of mixed cells, as many as there come to be. */
function createPixels() {
  let room = new Int16Array(256 * CELL * CELL);
  let end = 0;
  return {
    /** Makes room for a cell's, and says what stands for it. */
    add(): number {
      if (end === room.length) {
        const before = room;
        room = new Int16Array(2 * before.length);
        room.set(before);
      }
      end += CELL * CELL;
      return NOBODY - end / (CELL * CELL);
    },
    /** Those of the last cell. */
    last: () => room.subarray(end - CELL * CELL, end),
    all: () => room,
  };
}

/** For each pixel along either side the nearest one of the seam map. */
interface SeamPlaces {
  readonly x: Int32Array;
  readonly y: Int32Array;
}

const seamPlaces = (
  start: number,
  count: number,
  size: number,
  scale: number,
  first: number,
  most: number,
  closed = false,
): Int32Array =>
  Int32Array.from({ length: count }, (_, i) => {
    const place = Math.round(Math.min(size - 1, start + i) * scale - first);
    return closed ? wrap(place, most) : Math.max(0, Math.min(most - 1, place));
  });

/** The one owner that the seam map has all over a cell, or -1; so too for a cell across where its edges meet. */
function soleOwner(
  { owners, width }: SeamMap,
  places: SeamPlaces,
  x: number,
  y: number,
  w: number,
  h: number,
): number {
  const left = places.x[x];
  const right = places.x[x + w - 1];
  const bottom = places.y[y + h - 1];
  if (right < left) return -1;
  const first = owners[places.y[y] * width + left];
  for (let r = places.y[y]; r <= bottom; r++)
    for (let k = r * width + left; k <= r * width + right; k++) if (owners[k] !== first) return -1;
  return first;
}

/** Fills `states` with how much of a cell each image covers; false where none covers any of it. */
function coverCell(covers: readonly (Cover | null)[], states: Uint8Array, x: number, y: number): boolean {
  let any = false;
  for (let v = 0; v < covers.length; v++) {
    states[v] = covers[v]?.stateOf(x, y) ?? NONE;
    any ||= states[v] !== NONE;
  }
  return any;
}

/**
 * Fills the pixels of a cell.
 *
 * @param states how much of it each image covers
 */
function decideEach(
  pixels: Int16Array,
  { x, y, width, height }: Rectangle,
  covers: readonly (Cover | null)[],
  states: Uint8Array,
  { owners, width: pitch }: SeamMap,
  places: SeamPlaces,
): void {
  if (width < CELL || height < CELL) pixels.fill(NOBODY);
  for (let j = 0; j < height; j++)
    for (let i = 0; i < width; i++) {
      const owner = owners[places.y[y + j] * pitch + places.x[x + i]];
      pixels[j * CELL + i] =
        owner >= 0 && holds(covers, states, owner, x + i, y + j)
          ? owner
          : firstThatHolds(covers, states, x + i, y + j);
    }
}

/** Whether image `v` covers a pixel of a cell of which each covers as much as `states` says. */
const holds = (
  covers: readonly (Cover | null)[],
  states: Uint8Array,
  v: number,
  x: number,
  y: number,
): boolean => states[v] === ALL || (states[v] !== NONE && covers[v]!.holds(x, y));

function firstThatHolds(covers: readonly (Cover | null)[], states: Uint8Array, x: number, y: number): number {
  for (let v = 0; v < covers.length; v++) if (holds(covers, states, v, x, y)) return v;
  return -1;
}

function coversOf({ canvas, inverses, footprints }: OwnersSetting, area: Rectangle): (Cover | null)[] {
  return footprints.map((footprint, v) => {
    const part = footprint && intersect(area, footprint);
    if (!part) return null;
    // On the raster of the area's cells.
    const [left, top] = [part.x - area.x, part.y - area.y].map((at) => Math.floor(at / CELL) * CELL);
    const [right, bottom] = [part.x + part.width - area.x, part.y + part.height - area.y];
    const snapped = { x: area.x + left, y: area.y + top, width: right - left, height: bottom - top };
    const grid = sourceGrid(canvas, v, inverses[v], snapped, CELL);
    return createCover(grid, canvas.sizes[v], left, top, canvas.masks?.[v]);
  });
}
