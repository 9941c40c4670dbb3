import type { Homography, Matrix3 } from '../../core/index.ts';
import { invertHomography } from '../../core/index.ts';
import { createProjection } from './projection.ts';
import type { Projection } from './projection.ts';

import { distortPoints, toIdeal } from '../lens/index.ts';
import type { LensSize } from '../lens/index.ts';
import type { ProjectionName, Rectangle } from '../types.ts';
import type { ViewMask } from './view-mask.ts';
import type { Size } from '../../core/index.ts';

/** The panorama's canvas: pixel (x, y) is at ((x + left) / scale, (y + top) / scale) of the projection. */
export interface CanvasLayout {
  readonly projectionName: ProjectionName;
  readonly projection: Projection;
  /** False where the projection goes around up and down. */
  readonly upright: boolean;
  /** Pixels a radian in the middle; for planes of pixels 1 times the output's scale. */
  readonly scale: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Whether its left and right edges meet, as those of a full circle do. */
  readonly closed: boolean;
}

/** A canvas and what fills it. */
export interface PanoramaCanvas extends CanvasLayout {
  /** From homogeneous ideal pixels of each image to rays of the projection. */
  readonly matrices: readonly Matrix3[];
  readonly sizes: readonly LensSize[];
  /** How each image is bent on the canvas, where it is. */
  readonly bends?: readonly (Bend | undefined)[];
  /** Which pixels of each image may be used, where not all. */
  readonly masks?: readonly (ViewMask | undefined)[];
}

/** Small moves over a rectangle of a canvas, of any resolution; none outside of it. */
export interface Bend {
  /** Pixels a unit of the projection, as of a canvas, and the rectangle's corner counted from its middle. */
  readonly scale: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** x and y, interleaved, of each pixel: the image is taken from that far away, in these pixels. */
  readonly shifts: Float32Array;
}

/** Adds the move at a place, in pixels of a canvas of `scale`, counted from its middle. */
function bendPlace(bend: Bend, scale: number, place: Float64Array, period = Infinity): void {
  const ratio = bend.scale / scale;
  const x = wrap(place[0] * ratio - bend.left, period * bend.scale);
  const y = place[1] * ratio - bend.top;
  if (!(x >= 0 && y >= 0 && x < bend.width - 1 && y < bend.height - 1)) return;
  const [i, j] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [x - i, y - j];
  const p = 2 * (j * bend.width + i);
  const q = p + 2 * bend.width;
  for (let c = 0; c < 2; c++) {
    const upper = bend.shifts[p + c] * (1 - fx) + bend.shifts[p + 2 + c] * fx;
    const lower = bend.shifts[q + c] * (1 - fx) + bend.shifts[q + 2 + c] * fx;
    place[c] += (upper * (1 - fy) + lower * fy) / ratio;
  }
}

/** The same place from 0 up to a length after which places come again. */
export const wrap = (at: number, length: number): number =>
  length < Infinity ? at - Math.floor(at / length) * length : at;

/** Rows and columns of points by which an image's outline on the canvas is found. */
const SAMPLES = 33;

/**
 * The canvas that just holds all images.
 *
 * @param scale pixels a unit of the projection
 * @example
 * import { layOut } from 'whither/stitch';
 *
 * const canvas = layOut('plane', [identity, homographyBA], [imageA, imageB], 1);
 * console.log(`${canvas.width} x ${canvas.height} pixels`);
 */
export function layOut(
  projectionName: ProjectionName,
  matrices: readonly Matrix3[],
  sizes: readonly LensSize[],
  scale: number,
  upright = true,
): PanoramaCanvas {
  const projection = createProjection(projectionName, upright);
  if (projectionName === 'equirectangular')
    return { projectionName, projection, upright, ...sphereOf(scale), matrices, sizes };
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  const point = new Float64Array(3);
  const ideal = new Float64Array(2);
  matrices.forEach((m, v) => {
    const { width, height } = sizes[v];
    for (let j = 0; j < SAMPLES; j++)
      for (let i = 0; i < SAMPLES; i++) {
        toIdeal(sizes[v], (i / (SAMPLES - 1)) * width - 0.5, (j / (SAMPLES - 1)) * height - 0.5, ideal);
        const [x, y] = ideal;
        const at = projection.project(
          m[0] * x + m[1] * y + m[2],
          m[3] * x + m[4] * y + m[5],
          m[6] * x + m[7] * y + m[8],
          point,
        );
        if (!at) continue;
        left = Math.min(left, at[0]);
        right = Math.max(right, at[0]);
        top = Math.min(top, at[1]);
        bottom = Math.max(bottom, at[1]);
      }
  });
  const closed = projection.period !== undefined && right - left > 0.9 * projection.period;
  const around = closed ? Math.floor(projection.period! * scale) : Infinity;
  if (closed) {
    [left, right] = [-projection.period! / 2, projection.period! / 2];
    // A whole number of pixels goes around.
    scale = around / projection.period!;
  }
  [top, bottom] = withPoles(projectionName, upright, matrices, sizes, top, bottom);
  // Pixels whose middles lie in the images, the rounding of numbers apart.
  const first = (least: number): number => Math.ceil(least * scale - 1e-6) || 0;
  const count = (least: number, most: number): number =>
    Math.max(1, Math.floor(most * scale + 1e-6) + 1 - first(least));
  return {
    projectionName,
    projection,
    upright,
    scale,
    closed,
    left: first(left),
    top: first(top),
    width: Math.max(1, Math.min(around, count(left, right))),
    height: count(top, bottom),
    matrices,
    sizes,
  };
}

/** All of the sphere, twice as wide as high: the middles of pixels lie half a pixel from its edges. */
function sphereOf(
  scale: number,
): Pick<CanvasLayout, 'scale' | 'left' | 'top' | 'width' | 'height' | 'closed'> {
  const height = Math.max(1, Math.round(Math.PI * scale));
  const width = 2 * height;
  return {
    ...{ width, height, closed: true },
    scale: height / Math.PI,
    left: (1 - width) / 2,
    top: (1 - height) / 2,
  };
}

/** An image that holds a pole reaches it, though no point of its outline does. */
function withPoles(
  name: ProjectionName,
  upright: boolean,
  matrices: readonly Matrix3[],
  sizes: readonly LensSize[],
  top: number,
  bottom: number,
): [number, number] {
  if (name !== 'spherical' || !upright) return [top, bottom];
  const holds = (y: number): boolean =>
    matrices.some((m, v) => {
      const h = invertHomography(m);
      if (!(h[7] * y > 0)) return false;
      const at = Float64Array.of(h[1] / h[7], h[4] / h[7]);
      distortPoints(sizes[v], at);
      return at[0] >= 0 && at[1] >= 0 && at[0] < sizes[v].width && at[1] < sizes[v].height;
    });
  return [holds(-1) ? -Math.PI / 2 : top, holds(1) ? Math.PI / 2 : bottom];
}

/** The same canvas at another resolution; of a closed one `factor` leaves a whole number of pixels around. */
export function rescale(canvas: PanoramaCanvas, factor: number): PanoramaCanvas {
  const width = canvas.closed
    ? Math.round(canvas.width * factor)
    : Math.ceil((canvas.left + canvas.width) * factor) - Math.floor(canvas.left * factor);
  return {
    ...canvas,
    scale: canvas.scale * factor,
    left: Math.floor(canvas.left * factor),
    top: Math.floor(canvas.top * factor),
    width: Math.max(1, width),
    height: Math.max(1, Math.ceil((canvas.top + canvas.height) * factor) - Math.floor(canvas.top * factor)),
  };
}

/** A part of the canvas as a canvas. */
export const cropCanvas = (canvas: PanoramaCanvas, { x, y, width, height }: Rectangle): PanoramaCanvas => ({
  ...canvas,
  left: canvas.left + x,
  top: canvas.top + y,
  width,
  height,
  closed: canvas.closed && width === canvas.width,
});

/** A closed canvas with so many more pixels on either side, which show what the other side shows. */
export const widenCanvas = (canvas: PanoramaCanvas, pixels: number): PanoramaCanvas => ({
  ...canvas,
  left: canvas.left - pixels,
  width: canvas.width + 2 * pixels,
  closed: false,
});

/** From rays of the projection to pixels of each image. */
export const inverseMatrices = ({ matrices }: PanoramaCanvas): Homography[] => matrices.map(invertHomography);

/**
 * Where each pixel of a rectangle of the canvas lies in one image, on a grid: exact at every `step` pixels, to be
 * interpolated between, which errs by about `step^2 / (8 scale)` pixels.
 */
export interface SourceGrid {
  readonly step: number;
  readonly columns: number;
  readonly rows: number;
  /** x and y in the image's pixels, interleaved; NaN where the ray does not meet the image's plane. */
  readonly points: Float64Array;
}

/** The grid of image `view`, whose matrix back is `inverse`, over `area` of the canvas. */
export const sourceGrid = (
  canvas: PanoramaCanvas,
  view: number,
  inverse: Homography,
  area: Rectangle,
  step = 8,
): SourceGrid => placeRays(raysOf(canvas, area, step, canvas.bends?.[view]), inverse, canvas.sizes[view]);

/** Where a grid of rays goes. */
interface RayGrid {
  readonly step: number;
  readonly columns: number;
  readonly rows: number;
  /** x, y and z of each, interleaved. */
  readonly rays: Float64Array;
}

function raysOf(canvas: CanvasLayout, area: Rectangle, step: number, bend?: Bend): RayGrid {
  const { scale, projection } = canvas;
  const columns = Math.ceil(area.width / step) + 1;
  const rows = Math.ceil(area.height / step) + 1;
  const rays = new Float64Array(columns * rows * 3);
  const ray = new Float64Array(3);
  const place = new Float64Array(2);
  const fillRow = (y: number, start: number, end: number): void => {
    let x = area.x + canvas.left;
    for (let k = start; k < end; k += 3, x += step) {
      place[0] = x;
      place[1] = y;
      if (bend) bendPlace(bend, scale, place, projection.period);
      projection.unproject(place[0] / scale, place[1] / scale, ray);
      rays[k] = ray[0];
      rays[k + 1] = ray[1];
      rays[k + 2] = ray[2];
    }
  };
  for (let j = 0; j < rows; j++)
    fillRow(area.y + canvas.top + j * step, 3 * j * columns, 3 * (j + 1) * columns);
  return { step, columns, rows, rays };
}

/** Where rays meet an image, as its lens shows them. */
function placeRays({ step, columns, rows, rays }: RayGrid, h: Homography, size: LensSize): SourceGrid {
  const points = new Float64Array(columns * rows * 2);
  // Row by row: V8 is through with compiling a short function before it would be with a long loop.
  for (let j = 0; j < rows; j++) placeRow(rays, j * columns, (j + 1) * columns, h, points);
  distortPoints(size, points);
  return { step, columns, rows, points };
}

function placeRow(rays: Float64Array, start: number, end: number, h: Homography, points: Float64Array): void {
  for (let k = start; k < end; k++) {
    const x = rays[3 * k];
    const y = rays[3 * k + 1];
    const z = rays[3 * k + 2];
    const w = h[6] * x + h[7] * y + h[8] * z;
    const scale = w > 1e-9 ? 1 / w : NaN;
    points[2 * k] = (h[0] * x + h[1] * y + h[2] * z) * scale;
    points[2 * k + 1] = (h[3] * x + h[4] * y + h[5] * z) * scale;
  }
}

/**
 * The rectangle of the canvas that each image may touch, with a margin; null where it touches none. Found on a coarse
 * grid of the canvas, so that it holds for images across the seam of a full circle and over poles.
 */
export function footprints(canvas: PanoramaCanvas, inverses: readonly Homography[]): (Rectangle | null)[] {
  const step = Math.max(1, Math.ceil(Math.max(canvas.width, canvas.height) / 128));
  const rays = raysOf(canvas, { x: 0, y: 0, width: canvas.width, height: canvas.height }, step);
  return inverses.map((inverse, v) =>
    footprint(placeRays(rays, inverse, canvas.sizes[v]), canvas.sizes[v], canvas),
  );
}

function footprint({ step, columns, rows, points }: SourceGrid, size: Size, canvas: Size): Rectangle | null {
  // Between two nodes just outside on either side, a corner of the image may lie inside.
  const reach = 2 * step * stretchOf(points, step);
  const mostX = size.width + reach;
  const mostY = size.height + reach;
  let left = columns;
  let right = -1;
  let top = rows;
  let bottom = -1;
  for (let j = 0, k = 0; j < rows; j++)
    for (let i = 0; i < columns; i++, k += 2) {
      const x = points[k];
      const y = points[k + 1];
      if (!(x > -reach && y > -reach && x < mostX && y < mostY)) continue;
      if (i < left) left = i;
      if (i > right) right = i;
      if (j < top) top = j;
      bottom = j;
    }
  if (right < 0) return null;
  const x = Math.max(0, (left - 1) * step);
  const y = Math.max(0, (top - 1) * step);
  return {
    x,
    y,
    width: Math.min(canvas.width, (right + 1) * step + 1) - x,
    height: Math.min(canvas.height, (bottom + 1) * step + 1) - y,
  };
}

/** Pixels of the image a pixel of the canvas: the median from one point of the grid to the next. */
function stretchOf(points: Float64Array, step: number): number {
  // A sample of some thousand is as good as all.
  const stride = 2 * Math.max(1, Math.floor(points.length / 4096));
  const steps = new Float64Array(Math.ceil(points.length / stride));
  let count = 0;
  for (let k = 2; k < points.length; k += stride) {
    const dx = points[k] - points[k - 2];
    const dy = points[k + 1] - points[k - 1];
    const d = Math.sqrt(dx * dx + dy * dy) / step;
    if (d < 1e4) steps[count++] = d;
  }
  return count ? steps.subarray(0, count).sort()[count >> 1] : 1;
}
