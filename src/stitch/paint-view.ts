import type { Homography } from '../core/homography.ts';
import { multiply3, resizeHomography } from '../core/homography.ts';
import type { Image } from '../core/types.ts';
import { bendOf, sourceGrid } from './layout.ts';
import type { Canvas, Rectangle } from './layout.ts';
import { fieldAtNodes } from './warp-view.ts';
import type { Field } from './warp-view.ts';

/** What one picture adds to a tile. */
export interface Paint {
  readonly canvas: Canvas;
  /** The picture's place in the canvas's list. */
  readonly view: number;
  /** The picture, full or smaller. */
  readonly image: Image;
  /** From rays to pixels of the full picture. */
  readonly inverse: Homography;
  /** What its colours are multiplied by. */
  readonly brightness?: Field;
  /** What is added to its colours, of a rectangle at a quarter of the size, in pixels of four of the tile's. */
  readonly change?: { readonly area: Rectangle; readonly rgb: Float32Array };
}

/** Each pixel's picture, over a rectangle of the canvas. */
export interface OwnerMap {
  readonly area: Rectangle;
  readonly owners: Int16Array;
}

/** Pixels between exact places. */
const STEP = 8;

/**
 * Paints the pixels of `part` that a picture owns, by interpolation between its four nearest pixels.
 *
 * @param part of the canvas
 * @param target of the canvas, 8-bit RGB rows of `target.area`; `part` lies within
 */
export function paintView(
  { canvas, view, image, inverse, brightness, change }: Paint,
  { area: tile, owners }: OwnerMap,
  part: Rectangle,
  target: { readonly area: Rectangle; readonly data: Uint8Array },
): void {
  const full = canvas.sizes[view];
  const [shrinkX, shrinkY] = [image.width / full.width, image.height / full.height];
  const toImage = multiply3(resizeHomography(shrinkX, shrinkY), inverse);
  const grid = sourceGrid(canvas, toImage, part, STEP, bendOf(canvas, view));
  const origin = { ...part, x: part.x + canvas.left, y: part.y + canvas.top };
  const gains =
    brightness &&
    fieldAtNodes(grid, origin, (x, y, u, v) =>
      brightness((x + 0.5) / shrinkX - 0.5, (y + 0.5) / shrinkY - 0.5, u, v),
    );
  const { columns, points: nodes } = grid;
  const row = new Float32Array(part.width * 3);
  const middle = new Float32Array(change ? change.area.width * 3 : 0);
  for (let y = 0; y < part.height; y++) {
    const j = Math.floor(y / STEP);
    const t = (y - j * STEP) / STEP;
    const own = (y + part.y - tile.y) * tile.width + part.x - tile.x;
    const to = ((y + part.y - target.area.y) * target.area.width + part.x - target.area.x) * 3;
    if (change) enlargeRow(change, part.x - tile.x, part.y + y - tile.y, row, middle);
    for (let i = 0; i * STEP < part.width; i++) {
      const start = i * STEP;
      const end = Math.min(STEP, part.width - start);
      if (!owns(owners, own + start, end, view)) continue;
      const upper = j * columns + i;
      const lower = t === 0 ? upper : upper + columns;
      const x0 = nodes[2 * upper] + (nodes[2 * lower] - nodes[2 * upper]) * t;
      const y0 = nodes[2 * upper + 1] + (nodes[2 * lower + 1] - nodes[2 * upper + 1]) * t;
      const dx = (nodes[2 * upper + 2] + (nodes[2 * lower + 2] - nodes[2 * upper + 2]) * t - x0) / STEP;
      const dy = (nodes[2 * upper + 3] + (nodes[2 * lower + 3] - nodes[2 * upper + 3]) * t - y0) / STEP;
      if (!(dx + dy + x0 + y0 < Infinity)) continue;
      const gain = gains ? gains[upper] + (gains[lower] - gains[upper]) * t : 1;
      const slope = gains ? (gains[upper + 1] + (gains[lower + 1] - gains[upper + 1]) * t - gain) / STEP : 0;
      paintRun(
        image,
        owners,
        own + start,
        view,
        end,
        x0,
        y0,
        dx,
        dy,
        gain,
        slope,
        row,
        3 * start,
        target.data,
        to + 3 * start,
      );
    }
  }
}

function owns(owners: Int16Array, at: number, count: number, view: number): boolean {
  for (let k = at; k < at + count; k++) if (owners[k] === view) return true;
  return false;
}

/** Samples pixels along a straight line through the picture, adds the change, and rounds. */
function paintRun(
  { width, height, data }: Image,
  owners: Int16Array,
  own: number,
  view: number,
  count: number,
  x0: number,
  y0: number,
  dx: number,
  dy: number,
  gain: number,
  slope: number,
  change: Float32Array,
  from: number,
  out: Uint8Array,
  to: number,
): void {
  const pitch = width * 3;
  const right = width - 1;
  const bottom = height - 1;
  for (let k = 0; k < count; k++) {
    if (owners[own + k] !== view) continue;
    let sx = x0 + k * dx;
    let sy = y0 + k * dy;
    sx = sx < 0 ? 0 : sx > right ? right : sx;
    sy = sy < 0 ? 0 : sy > bottom ? bottom : sy;
    const xi = sx | 0;
    const yi = sy | 0;
    const fx = sx - xi;
    const fy = sy - yi;
    const p = yi * pitch + xi * 3;
    const across = xi < right ? 3 : 0;
    const q = yi < bottom ? p + pitch : p;
    const f = gain + k * slope;
    const w11 = fx * fy * f;
    const w10 = fx * f - w11;
    const w01 = fy * f - w11;
    const w00 = f - w10 - w01 - w11;
    const o = to + 3 * k;
    const c = from + 3 * k;
    const r = data[p] * w00 + data[p + across] * w10 + data[q] * w01 + data[q + across] * w11 + change[c];
    const g =
      data[p + 1] * w00 +
      data[p + across + 1] * w10 +
      data[q + 1] * w01 +
      data[q + across + 1] * w11 +
      change[c + 1];
    const b =
      data[p + 2] * w00 +
      data[p + across + 2] * w10 +
      data[q + 2] * w01 +
      data[q + across + 2] * w11 +
      change[c + 2];
    out[o] = r < 0 ? 0 : r > 254.5 ? 255 : r + 0.5;
    out[o + 1] = g < 0 ? 0 : g > 254.5 ? 255 : g + 0.5;
    out[o + 2] = b < 0 ? 0 : b > 254.5 ? 255 : b + 0.5;
  }
}

/** One row of the change at full size, by linear interpolation; pixels 4x and 4y of the tile are the change's own. */
function enlargeRow(
  { area, rgb }: { readonly area: Rectangle; readonly rgb: Float32Array },
  left: number,
  y: number,
  row: Float32Array,
  middle: Float32Array,
): void {
  const stride = area.width * 3;
  const last = (area.height - 1) * stride;
  const upper = Math.min(last, Math.max(0, ((y >> 2) - area.y) * stride));
  const lower = Math.min(last, upper + stride);
  const t = (y & 3) / 4;
  for (let i = 0; i < stride; i++) middle[i] = rgb[upper + i] + (rgb[lower + i] - rgb[upper + i]) * t;
  for (let x = left, o = 0; o < row.length; x++, o += 3) {
    const a = Math.min(stride - 3, Math.max(0, ((x >> 2) - area.x) * 3));
    const b = Math.min(stride - 3, a + 3);
    const s = (x & 3) / 4;
    row[o] = middle[a] + (middle[b] - middle[a]) * s;
    row[o + 1] = middle[a + 1] + (middle[b + 1] - middle[a + 1]) * s;
    row[o + 2] = middle[a + 2] + (middle[b + 2] - middle[a + 2]) * s;
  }
}
