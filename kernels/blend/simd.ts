/** Multiband blending in WebAssembly SIMD, row by row, in one piece of memory. */

import * as built from '../built/blend.ts';
import { createLayout } from '../wasm/layout.ts';
import { kernelWithMemory } from '../wasm/workspace.ts';
import type { BlendLayer } from './types.ts';

/** Bytes of a pixel. */
const PIXEL = 16;

/** All addresses in bytes; a row ends where its first argument, the result's row, comes to `end`. */
interface Kernel {
  /** Weights 1, 2, 1 of 4 along a row of bytes at `input`, whose first pixel comes twice. */
  across(out: number, end: number, input: number): void;
  /** The same of three rows; the share comes from `share`. */
  down(out: number, end: number, up: number, middle: number, under: number, share: number): void;
  /** Weights 1, 4, 6, 4, 1 of 16 of five rows. */
  sumFive(out: number, end: number, a: number, b: number, c: number, d: number, e: number): void;
  /** The same along a row at every second pixel; `row` is two pixels before the first. */
  halve(out: number, end: number, row: number): void;
  /** Weights 1, 6, 1 of 8 of three rows, and 1, 1 of 2 of two. */
  sumEven(out: number, end: number, up: number, middle: number, under: number): void;
  sumOdd(out: number, end: number, middle: number, under: number): void;
  /** The same along a row, both in turn; `row` is one pixel before the first. */
  double(out: number, end: number, row: number): void;
  /** Adds colours, less those predicted, times their share to a band, and the share to its fourth value. */
  addBand(out: number, end: number, colours: number, predicted: number): void;
  addLast(out: number, end: number, colours: number): void;
  /** Divides a band's colours by its weights, which stay as they are, and adds what lies below. */
  normalize(out: number, end: number, raised: number): void;
  normalizeLast(out: number, end: number): void;
  /** Colours become what `blended` differs by where that has any weight. */
  change(out: number, end: number, blended: number): void;
}

const withKernel = kernelWithMemory<Kernel>(built);

/** Pixels of four floats in the memory, row by row. */
interface Plane {
  readonly at: number;
  readonly width: number;
  readonly height: number;
}

/** The kernel, its memory, and places in it: rows that are put together of others, and a row of shares and of bytes. */
interface Tools {
  readonly kernel: Kernel;
  readonly all: Uint8Array;
  readonly floats: Float32Array;
  /** Four rows with room for two pixels more on either side. */
  readonly rows: readonly number[];
  readonly share: number;
  readonly bytes: number;
}

/** @returns null where this cannot do it: no SIMD here, or more than 2 GiB of work */
export function blendSimd(
  width: number,
  height: number,
  layers: readonly BlendLayer[],
  levels: number,
): Float32Array[] | null {
  const layout = createLayout('layers');
  const place = (w: number, h: number): Plane => ({ at: layout.place(4 * w * h), width: w, height: h });
  const pyramid = (w: number, h: number): Plane[] =>
    Array.from({ length: levels }, (_, l) => place(w >> l, h >> l));
  const longest = Math.max(width, ...layers.map(({ area }) => area.width));
  const rows = [0, 1, 2, 3].map(() => layout.place(4 * (longest + 4)) + 2 * PIXEL);
  const [share, bytes] = [layout.place(longest), layout.place(longest + 4)];
  const bands = pyramid(width, height);
  // Of each image the finest band stays; the others are made in one place.
  const planes = layers.map(({ area }) => place(area.width, area.height));
  const tallest = Math.max(...layers.map(({ area }) => area.height));
  const coarser = pyramid(longest >> 1, tallest >> 1);
  return withKernel(layout.bytes(), (kernel, buffer) => {
    const [floats, all] = [new Float32Array(buffer), new Uint8Array(buffer)];
    return blendLayers({ kernel, all, floats, rows, share, bytes }, layers, { planes, coarser, bands });
  });
}

/** Where the layers and the levels of their pyramids lie; of a layer the finest alone. */
interface Planes {
  readonly planes: readonly Plane[];
  readonly coarser: readonly Plane[];
  readonly bands: readonly Plane[];
}

function blendLayers(
  tools: Tools,
  layers: readonly BlendLayer[],
  { planes, coarser, bands }: Planes,
): Float32Array[] {
  const { floats } = tools;
  for (const { at, width: w, height: h } of bands) floats.fill(0, at / 4, at / 4 + 4 * w * h);
  layers.forEach((layer, k) => {
    smoothLayer(tools, layer, planes[k]);
    addLayer(tools, layer, planes[k], coarser, bands);
  });
  for (let l = bands.length - 1; l >= 0; l--) normalizeBand(tools, bands[l], bands[l + 1]);
  return layers.map(({ area }, k) => {
    const { at } = planes[k];
    changeLayer(tools, planes[k], bands[0], area.x, area.y);
    return floats.slice(at / 4, at / 4 + 4 * area.width * area.height);
  });
}

const rowOf = ({ at, width }: Plane, y: number): number => at + y * width * PIXEL;

/** Repeats the pixels at the ends of a row. */
function extendRow(floats: Float32Array, row: number, width: number): void {
  const first = row / 4;
  const last = first + 4 * (width - 1);
  floats.copyWithin(first - 4, first, first + 4);
  floats.copyWithin(first - 8, first, first + 4);
  floats.copyWithin(last + 4, last, last + 4);
}

/** Brings an image, smoothed, and its shares to a plane. */
function smoothLayer(
  { kernel, all, floats, rows, share, bytes }: Tools,
  layer: BlendLayer,
  plane: Plane,
): void {
  const { width, height } = plane;
  const length = width * PIXEL;
  /** Smooths row `y` across into one of four rows. */
  const across = (y: number): void => {
    const from = 3 * y * width;
    all.set(layer.rgb.subarray(from, from + 3 * width), bytes + 3);
    all.copyWithin(bytes, bytes + 3, bytes + 6);
    all.copyWithin(bytes + 3 * (width + 1), bytes + 3 * width, bytes + 3 * (width + 1));
    kernel.across(rows[y & 3], rows[y & 3] + length, bytes);
  };
  across(0);
  for (let y = 0; y < height; y++) {
    if (y + 1 < height) across(y + 1);
    floats.set(layer.share.subarray(y * width, (y + 1) * width), share / 4);
    const [up, under] = [rows[Math.max(0, y - 1) & 3], rows[Math.min(height - 1, y + 1) & 3]];
    const out = rowOf(plane, y);
    kernel.down(out, out + length, up, rows[y & 3], under, share);
  }
}

/** Adds all bands of an image. */
function addLayer(
  tools: Tools,
  { area }: BlendLayer,
  finest: Plane,
  coarser: readonly Plane[],
  bands: readonly Plane[],
): void {
  const { kernel, rows } = tools;
  let plane = finest;
  for (let l = 0; l < bands.length; l++) {
    const { width, height } = plane;
    const last = l === bands.length - 1;
    const smaller: Plane = { at: coarser[l].at, width: width >> 1, height: height >> 1 };
    if (!last) halvePlane(tools, plane, smaller);
    for (let y = 0; y < height; y++) {
      const out = rowOf(bands[l], (area.y >> l) + y) + (area.x >> l) * PIXEL;
      const end = out + width * PIXEL;
      if (last) kernel.addLast(out, end, rowOf(plane, y));
      else {
        doubleRow(tools, smaller, y);
        kernel.addBand(out, end, rowOf(plane, y), rows[1]);
      }
    }
    plane = smaller;
  }
}

/** Weights 1, 4, 6, 4, 1 of 16 along both directions, edges repeated: pixel (x, y) is centred on (2x, 2y). */
function halvePlane({ kernel, floats, rows: [row] }: Tools, plane: Plane, out: Plane): void {
  const { width, height } = plane;
  const near = (y: number): number => rowOf(plane, Math.max(0, Math.min(height - 1, y)));
  for (let y = 0; y < out.height; y++) {
    const c = 2 * y;
    kernel.sumFive(row, row + width * PIXEL, near(c - 2), near(c - 1), near(c), near(c + 1), near(c + 2));
    extendRow(floats, row, width);
    kernel.halve(rowOf(out, y), rowOf(out, y + 1), row - 2 * PIXEL);
  }
}

/** Row `y` of a plane doubled, into the second of the rows. */
function doubleRow({ kernel, floats, rows: [row, out] }: Tools, plane: Plane, y: number): void {
  const { width, height } = plane;
  const middle = rowOf(plane, y >> 1);
  const under = rowOf(plane, Math.min(height - 1, (y >> 1) + 1));
  const end = row + width * PIXEL;
  if (y & 1) kernel.sumOdd(row, end, middle, under);
  else kernel.sumEven(row, end, rowOf(plane, Math.max(0, (y >> 1) - 1)), middle, under);
  extendRow(floats, row, width);
  kernel.double(out, out + 2 * width * PIXEL, row - PIXEL);
}

/** @param coarser the blended band below, if there is one */
function normalizeBand(tools: Tools, band: Plane, coarser: Plane | undefined): void {
  const { kernel, rows } = tools;
  for (let y = 0; y < band.height; y++) {
    const [out, end] = [rowOf(band, y), rowOf(band, y + 1)];
    if (!coarser) kernel.normalizeLast(out, end);
    else {
      doubleRow(tools, coarser, y);
      kernel.normalize(out, end, rows[1]);
    }
  }
}

function changeLayer({ kernel }: Tools, plane: Plane, blended: Plane, x: number, y: number): void {
  for (let j = 0; j < plane.height; j++)
    kernel.change(rowOf(plane, j), rowOf(plane, j + 1), rowOf(blended, y + j) + x * PIXEL);
}
