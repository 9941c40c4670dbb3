import { CELL, paintPixels } from '../../../kernels/paint/index.ts';
import type { Painter, PaintChange, PaintNodes, PaintTone } from '../../../kernels/paint/index.ts';
import type { Homography, Image } from '../../core/index.ts';
import { ALL, createCover, NONE } from './cover.ts';
import type { Cover } from './cover.ts';
import { sourceGrid } from './layout.ts';
import type { PanoramaCanvas, SourceGrid } from './layout.ts';
import type { Rectangle } from '../types.ts';

/** An image brought onto a rectangle of the canvas. */
export interface WarpedView {
  /** Where on the canvas. */
  readonly area: Rectangle;
  /** Red, green, blue interleaved; past the image's edge its edge goes on. */
  readonly rgb: Uint8Array;
  /** 1 where the image covers the canvas. */
  readonly inside: Uint8Array;
  /** What the field says of pixel `k` of the area, where one was given. */
  readonly field?: (k: number) => number;
}

/**
 * A number at a place: `(x, y)` in pixels of the full image, which is `(u, v)` in pixels of the projection, counted
 * from its middle.
 */
export type Field = (x: number, y: number, u: number, v: number) => number;

/** An image and how it comes onto the canvas. */
export interface PlacedView {
  readonly canvas: PanoramaCanvas;
  /** The image's place in the canvas's list. */
  readonly view: number;
  /** The image, full or smaller. */
  readonly image: Image;
  /** From rays to pixels of the full image. */
  readonly inverse: Homography;
  /** What its colours are multiplied by; defaults to 1. */
  readonly brightness?: Field;
  /** Its tint, and how what is too bright is shown. */
  readonly tone?: PaintTone;
}

/** Where the pixels of a rectangle of the canvas lie in an image. */
export interface ViewWarp {
  readonly area: Rectangle;
  readonly grid: SourceGrid;
  /** As of {@link WarpedView}. */
  readonly inside: Uint8Array;
}

/** How an image comes onto `area` of the canvas. */
export function openWarp(placed: Pick<PlacedView, 'canvas' | 'view' | 'inverse'>, area: Rectangle): ViewWarp {
  const { canvas, view, inverse } = placed;
  const grid = sourceGrid(canvas, view, inverse, area, CELL);
  return { area, grid, inside: insideOf(grid, placed, area) };
}

/**
 * Brings an image onto `area` of the canvas, by interpolation between its four nearest pixels; exact at every eighth
 * pixel and linear in between.
 *
 * @example
 * import { invertHomography } from 'whither/geometry';
 * import { layOut, warpToCanvas } from 'whither/stitch';
 *
 * const canvas = layOut('plane', [homographyAB], [imageA], 1);
 * const { width, height } = canvas;
 * const placed = { canvas, view: 0, image: imageA, inverse: invertHomography(homographyAB) };
 * const { rgb, inside } = warpToCanvas(placed, { x: 0, y: 0, width, height });
 */
export const warpToCanvas = (placed: PlacedView, area: Rectangle, field?: Field): WarpedView =>
  applyViewWarp(placed, openWarp(placed, area), field);

/** As {@link warpToCanvas}, by what was found before. */
export function applyViewWarp(
  placed: PlacedView,
  { area, grid, inside }: ViewWarp,
  field?: Field,
): WarpedView {
  const { canvas } = placed;
  const rgb = new Uint8Array(area.width * area.height * 3);
  const { columns, rows } = grid;
  const paint = (painter: Painter): void => {
    for (let j = 0; j < rows - 1; j++)
      for (let i = 0; i < columns - 1;) {
        const start = i;
        while (i < columns - 1 && isWhole(grid, i, j)) i++;
        if (i > start) {
          painter.run(start, j, i - start);
          copyRun(painter, rgb, area, start * CELL, j * CELL, i - start);
        } else i++;
      }
  };
  paintPlaced(paint, placed, grid, area);
  return { area, rgb, inside, field: field && sampleField(grid, canvas, area, field) };
}

/** Lends a painter of an image at the places that a grid of the full image says. */
export function paintPlaced(
  paint: (painter: Painter) => void,
  { canvas, view, image, brightness, tone }: PlacedView,
  grid: SourceGrid,
  area: Rectangle,
  change?: PaintChange,
): void {
  const { width, height } = canvas.sizes[view];
  const [shrinkX, shrinkY] = [image.width / width, image.height / height];
  const { columns, rows, points } = grid;
  const factors = brightness && fieldAtNodes(grid, canvas, area, brightness);
  const data = new Float32Array(columns * rows * 4);
  for (let k = 0; k < columns * rows; k++) {
    data[4 * k] = (points[2 * k] + 0.5) * shrinkX - 0.5;
    data[4 * k + 1] = (points[2 * k + 1] + 0.5) * shrinkY - 0.5;
    data[4 * k + 2] = factors ? factors[k] : 1;
  }
  const nodes: PaintNodes = { columns, rows, data };
  paintPixels(paint, image, nodes, change, tone);
}

/** Whether all corners of a cell lie somewhere. */
function isWhole({ columns, points }: SourceGrid, i: number, j: number): boolean {
  const k = 2 * (j * columns + i);
  return points[k] + points[k + 2] + points[k + 2 * columns] + points[k + 2 * columns + 2] < Infinity;
}

/** Takes a run of cells from a painter's strip into an area, as far as they lie in it. */
export function copyRun(
  { strip, pitch }: Painter,
  rgb: Uint8Array,
  { width, height }: Rectangle,
  x: number,
  y: number,
  count: number,
): void {
  const bytes = 3 * Math.min(count * CELL, width - x);
  const rows = Math.min(CELL, height - y);
  for (let j = 0; j < rows; j++)
    rgb.set(strip.subarray(j * pitch, j * pitch + bytes), ((y + j) * width + x) * 3);
}

function insideOf(
  grid: SourceGrid,
  { canvas, view }: Pick<PlacedView, 'canvas' | 'view'>,
  { width, height }: Rectangle,
): Uint8Array {
  const cover = createCover(grid, canvas.sizes[view], 0, 0, canvas.masks?.[view]);
  const inside = new Uint8Array(width * height);
  for (let y = 0; y < height; y += CELL)
    for (let x = 0; x < width; x += CELL) {
      const start = x;
      while (x < width && cover.stateOf(x, y) === ALL) x += CELL;
      const [right, bottom] = [Math.min(width, x), Math.min(height, y + CELL)];
      for (let j = y; j < bottom; j++) inside.fill(1, j * width + start, j * width + right);
      if (x < width && cover.stateOf(x, y) !== NONE) fillCell(inside, cover, x, y, width, bottom);
    }
  return inside;
}

/** Decides each pixel of one cell. */
function fillCell(
  inside: Uint8Array,
  cover: Cover,
  left: number,
  top: number,
  width: number,
  bottom: number,
): void {
  const right = Math.min(width, left + CELL);
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) if (cover.holds(x, y)) inside[y * width + x] = 1;
}

/** The field at the corners of a grid over an area of the canvas; 0 where a ray goes nowhere. */
function fieldAtNodes(
  { points, columns, rows, step }: SourceGrid,
  canvas: PanoramaCanvas,
  area: Rectangle,
  field: Field,
): Float32Array {
  const out = new Float32Array(columns * rows);
  const [left, top] = [area.x + canvas.left, area.y + canvas.top];
  for (let j = 0, k = 0; j < rows; j++)
    for (let i = 0; i < columns; i++, k++)
      if (points[2 * k] < Infinity)
        out[k] = field(points[2 * k], points[2 * k + 1], left + i * step, top + j * step);
  return out;
}

/** The field at any pixel, linear between the corners of the grid. */
function sampleField(
  grid: SourceGrid,
  canvas: PanoramaCanvas,
  area: Rectangle,
  field: Field,
): (k: number) => number {
  const values = fieldAtNodes(grid, canvas, area, field);
  return (k) => {
    const x = k % area.width;
    const y = (k - x) / area.width;
    const at = (y >> 3) * grid.columns + (x >> 3);
    const [s, t] = [(x & 7) / CELL, (y & 7) / CELL];
    const upper = values[at] + (values[at + 1] - values[at]) * s;
    const below = at + grid.columns;
    return upper + (values[below] + (values[below + 1] - values[below]) * s - upper) * t;
  };
}
