import type { Homography } from '../core/homography.ts';
import { multiply3, resizeHomography } from '../core/homography.ts';
import type { Image } from '../core/types.ts';
import type { Canvas, Rectangle, SourceGrid } from './layout.ts';
import { bendOf, sourceGrid } from './layout.ts';

/** A picture brought onto a rectangle of the canvas. */
export interface WarpedView {
  /** Where on the canvas. */
  readonly area: Rectangle;
  /** Red, green, blue interleaved, 0 to 255 (beyond, where brightened); past the picture's edge its edge goes on. */
  readonly rgb: Float32Array;
  /** 1 where the picture covers the canvas. */
  readonly inside: Uint8Array;
  /** The field's values, where one was given. */
  readonly field?: Float32Array;
}

/**
 * A number at a place: `(x, y)` in pixels of the full picture, which is `(u, v)` in pixels of the projection, counted
 * from its middle.
 */
export type Field = (x: number, y: number, u: number, v: number) => number;

export interface WarpOptions {
  /** A smooth function to be sampled along. */
  readonly field?: Field;
  /** Multiplies the colours by the field; false unless told. */
  readonly multiply?: boolean;
  /** Pixels between exact places; 8 unless told. */
  readonly step?: number;
}

/**
 * Brings a picture onto `area` of the canvas, by interpolation between its four nearest pixels.
 *
 * @param view the picture's place in the canvas's list
 * @param image the picture, full or smaller
 * @param inverse from rays to pixels of the full picture
 */
export function warpView(
  canvas: Canvas,
  view: number,
  image: Image,
  inverse: Homography,
  area: Rectangle,
  options: WarpOptions = {},
): WarpedView {
  const { step = 8, field, multiply = false } = options;
  const full = canvas.sizes[view];
  const [shrinkX, shrinkY] = [image.width / full.width, image.height / full.height];
  const toImage = multiply3(resizeHomography(shrinkX, shrinkY), inverse);
  const grid = sourceGrid(canvas, toImage, area, step, bendOf(canvas, view));
  const nodes = grid.points;
  const origin = { ...area, x: area.x + canvas.left, y: area.y + canvas.top };
  const values =
    field &&
    fieldAtNodes(grid, origin, (x, y, u, v) =>
      field((x + 0.5) / shrinkX - 0.5, (y + 0.5) / shrinkY - 0.5, u, v),
    );
  const count = area.width * area.height;
  const rgb = new Float32Array(count * 3);
  const inside = new Uint8Array(count);
  const sampled = field && !multiply ? new Float32Array(count) : undefined;
  const { columns } = grid;
  for (let y = 0; y < area.height; y++) {
    const j = Math.floor(y / step);
    const t = (y - j * step) / step;
    for (let i = 0; i * step < area.width; i++) {
      const upper = j * columns + i;
      const lower = t === 0 ? upper : upper + columns;
      const [a, b, c, d] = [upper * 2, (upper + 1) * 2, lower * 2, (lower + 1) * 2];
      const x0 = nodes[a] + (nodes[c] - nodes[a]) * t;
      const y0 = nodes[a + 1] + (nodes[c + 1] - nodes[a + 1]) * t;
      const dx = (nodes[b] + (nodes[d] - nodes[b]) * t - x0) / step;
      const dy = (nodes[b + 1] + (nodes[d + 1] - nodes[b + 1]) * t - y0) / step;
      // NaN where a corner's ray does not meet the picture's plane: all of the cell is left out.
      if (!(dx + dy + x0 + y0 < Infinity)) continue;
      const f0 = values ? values[upper] + (values[lower] - values[upper]) * t : 1;
      const df = values ? (values[upper + 1] + (values[lower + 1] - values[upper + 1]) * t - f0) / step : 0;
      const end = Math.min(step, area.width - i * step);
      sampleRun(image, rgb, inside, y * area.width + i * step, end, x0, y0, dx, dy, f0, df, multiply);
      if (sampled) for (let k = 0; k < end; k++) sampled[y * area.width + i * step + k] = f0 + k * df;
    }
  }
  return { area, rgb, inside, field: sampled };
}

/** The field at the nodes of a grid over an area of the projection's pixels; 0 where a ray goes nowhere. */
export function fieldAtNodes(
  { points, columns, step }: SourceGrid,
  area: Rectangle,
  field: Field,
): Float64Array {
  return Float64Array.from({ length: points.length / 2 }, (_, k) => {
    if (!(points[2 * k] < Infinity)) return 0;
    const row = Math.floor(k / columns);
    return field(points[2 * k], points[2 * k + 1], area.x + (k - row * columns) * step, area.y + row * step);
  });
}

/** Samples `end` pixels along a straight line through the picture. */
function sampleRun(
  image: Image,
  rgb: Float32Array,
  inside: Uint8Array,
  start: number,
  end: number,
  x0: number,
  y0: number,
  dx: number,
  dy: number,
  f0: number,
  df: number,
  multiply: boolean,
): void {
  const { width, height, data } = image;
  const row = width * 3;
  const [right, bottom] = [width - 1, height - 1];
  for (let k = 0; k < end; k++) {
    let sx = x0 + k * dx;
    let sy = y0 + k * dy;
    if (sx >= -0.5 && sy >= -0.5 && sx <= right + 0.5 && sy <= bottom + 0.5) inside[start + k] = 1;
    sx = sx < 0 ? 0 : sx > right ? right : sx;
    sy = sy < 0 ? 0 : sy > bottom ? bottom : sy;
    const xi = sx | 0;
    const yi = sy | 0;
    const fx = sx - xi;
    const fy = sy - yi;
    const p = yi * row + xi * 3;
    const across = xi < right ? 3 : 0;
    const down = yi < bottom ? row : 0;
    const f = multiply ? f0 + k * df : 1;
    const w00 = (1 - fx) * (1 - fy) * f;
    const w10 = fx * (1 - fy) * f;
    const w01 = (1 - fx) * fy * f;
    const w11 = fx * fy * f;
    const o = (start + k) * 3;
    const q = p + down;
    rgb[o] = data[p] * w00 + data[p + across] * w10 + data[q] * w01 + data[q + across] * w11;
    rgb[o + 1] =
      data[p + 1] * w00 + data[p + across + 1] * w10 + data[q + 1] * w01 + data[q + across + 1] * w11;
    rgb[o + 2] =
      data[p + 2] * w00 + data[p + across + 2] * w10 + data[q + 2] * w01 + data[q + across + 2] * w11;
  }
}
