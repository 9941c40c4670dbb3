import { checkOptions } from '../../core/index.ts';
import { blendLayers } from '../../../kernels/blend/index.ts';
import type { BlendLayer } from '../../../kernels/blend/index.ts';
import { CELL } from '../../../kernels/paint/index.ts';
import type { PaintTone } from '../../../kernels/paint/index.ts';
import type { Homography, Image, OptionNames } from '../../core/index.ts';
import { coveredOf, fillBlanks } from './background.ts';
import type { Background } from './background.ts';
import { blendFeather } from './blend.ts';
import type { Tile } from './blend.ts';
import { ImageCache } from '../sources/index.ts';
import { footprints, intersect, inverseMatrices, warpToCanvas, widenCanvas } from '../canvas/index.ts';
import type { PanoramaCanvas, Field } from '../canvas/index.ts';

import { isMixed, ownersOf, pixelsOf } from '../seams/index.ts';
import type { OwnerMap, PlacedSeams } from '../seams/index.ts';
import { paintView } from './paint-view.ts';
import type { Paint } from './paint-view.ts';
import type { Rectangle } from '../types.ts';
import type { Size } from '../../core/index.ts';

/** - `multiband`: fine structures change over at the seam, coarse ones softly; `feather`: all softly; `none`: hard */
export type BlendMethod = 'multiband' | 'feather' | 'none';

/** A finished part of the panorama: 8-bit RGB rows of `area`. */
export interface ComposedTile {
  readonly area: Rectangle;
  readonly data: Uint8Array;
  /** 1 for each pixel that some image covers; absent without a `background`. */
  readonly covered?: Uint8Array;
}

/** Options of `composePanorama`. */
export interface ComposeOptions {
  /** Defaults to `multiband`. */
  readonly blend?: BlendMethod;
  /** Bands beside the finest; defaults to 5, fewer on small canvases. */
  readonly levels?: number;
  /** Most pixels worked on at a time; defaults to 2 to 4 million, by the canvas. */
  readonly tilePixels?: number;
  /** Bytes of images kept; defaults to 300 million. */
  readonly cacheBytes?: number;
  /** Defaults to black, and no mask of what is covered. */
  readonly background?: Background;
}

const OPTIONS: OptionNames<ComposeOptions> = {
  blend: true,
  levels: true,
  tilePixels: true,
  cacheBytes: true,
  background: true,
};

/** What {@link composePanorama} needs of the stages before it. */
export interface Composition extends PlacedSeams {
  readonly canvas: PanoramaCanvas;
  /** Reads image `view`; it may be smaller than the canvas's sizes say, in proportion. */
  readonly load: (view: number) => Promise<Image>;
  /** What each image's colours are multiplied by; defaults to 1. */
  readonly brightness?: (view: number) => Field | undefined;
  /** Each image's tint, and how what is too bright is shown. */
  readonly tone?: (view: number) => PaintTone;
}

/**
 * The panorama at full resolution, tile by tile (of large ones in columns from the left: the images of a row are
 * then read one after the other), with memory for one tile and a few images. Tiles overlap while they are blended, so that no
 * edge of theirs can be seen.
 *
 * @example
 * import { composePanorama, findSeams } from 'whither/stitch';
 *
 * const seams = findSeams(views, canvas.width, canvas.height);
 * const placed = { canvas, seams, seamScale: 1, seamLeft: canvas.left, seamTop: canvas.top };
 * const load = async (view: number) => [imageA, imageB][view];
 * for await (const { area, data } of composePanorama({ ...placed, load })) console.log(area, data.length);
 */
export async function* composePanorama(
  composition: Composition,
  options: ComposeOptions = {},
): AsyncGenerator<ComposedTile> {
  checkOptions(options, OPTIONS, 'composePanorama');
  const { canvas, load } = composition;
  const { cacheBytes = 300e6, blend = 'multiband', background } = options;
  const cache = new ImageCache(load, cacheBytes);
  const inverses = inverseMatrices(canvas);
  const levels = blend === 'multiband' ? chooseLevels(canvas, options.levels ?? 5) : 0;
  const beyond = canvas.closed ? marginOf(levels) : 0;
  const placed = goAround(composition, beyond);
  const places = footprints(placed.canvas, inverses);
  const tools: Tools = { ...placed, cache, inverses, footprints: places, levels, blend, background };
  for (const area of tilesOf(canvas, levels, options.tilePixels ?? tilePixels(canvas)))
    yield { ...(await composeTile(tools, { ...area, x: area.x + beyond })), area };
}

/** The same of a canvas with so many pixels of the other side beyond either edge, to blend across where these meet. */
const goAround = (composition: Composition, beyond: number): Composition =>
  beyond
    ? {
        ...composition,
        canvas: widenCanvas(composition.canvas, beyond),
        seamLeft: composition.seamLeft + beyond * composition.seamScale,
      }
    : composition;

interface Tools extends Composition {
  readonly cache: ImageCache;
  readonly inverses: readonly Homography[];
  readonly footprints: readonly (Rectangle | null)[];
  readonly levels: number;
  readonly blend: BlendMethod;
  readonly background?: Background;
}

/** Of large canvases larger tiles, so that images need not be read so often; small tiles are margins for the most part. */
export const tilePixels = ({ width, height }: { width: number; height: number }): number =>
  Math.max(2e6, Math.min(4e6, (width * height) / 16));

/** None, or two and more, of which the finest is not blended. */
function chooseLevels({ width, height }: PanoramaCanvas, most: number): number {
  const levels = Math.min(most, Math.floor(Math.log2(Math.min(width, height))) - 3);
  return levels < 1 ? 0 : Math.max(2, levels);
}

/** How far a seam may be felt across. */
const marginOf = (levels: number): number => (levels ? 2 ** (levels + 1) : 0);

/**
 * The canvas in tiles whose corners are multiples of cells and of the coarsest band's pixels; of narrow canvases in
 * strips, which a file takes at once, else column by column.
 */
export function tilesOf(
  { width, height }: { width: number; height: number },
  levels: number,
  pixels: number,
): Rectangle[] {
  const unit = Math.max(CELL, 2 ** levels);
  const margin = 2 * marginOf(levels);
  const strip = Math.floor((pixels / width - margin) / unit) * unit;
  if (strip >= LEAST_STRIP) return stripsOf(width, height, strip, unit);
  const tall = Math.min(height, Math.max(256, Math.floor(Math.sqrt(pixels)) - margin));
  // What one dimension does not need, the other may use.
  const tileHeight = Math.ceil(tall / unit) * unit;
  const wide = Math.max(256, Math.floor(pixels / (tileHeight + margin)) - margin);
  const tileWidth = Math.ceil(Math.min(width, wide) / unit) * unit;
  const tiles: Rectangle[] = [];
  for (let x = 0; x < width; x += tileWidth)
    for (let y = 0; y < height; y += tileHeight)
      tiles.push({ x, y, width: Math.min(tileWidth, width - x), height: Math.min(tileHeight, height - y) });
  return tiles;
}

/** Rows of a strip below which its margins are too much of it. */
const LEAST_STRIP = 192;

/** Strips of `most` rows or a few less, about alike. */
function stripsOf(width: number, height: number, most: number, unit: number): Rectangle[] {
  const rows = Math.ceil(height / Math.ceil(height / most) / unit) * unit;
  return Array.from({ length: Math.ceil(height / rows) }, (_, i) => ({
    ...{ x: 0, y: i * rows, width },
    height: Math.min(rows, height - i * rows),
  }));
}

async function composeTile(tools: Tools, area: Rectangle): Promise<ComposedTile> {
  const { blend, background } = tools;
  const outer = outerArea(area, tools);
  const data = new Uint8Array(area.width * area.height * 3);
  const owners = blend === 'feather' && !background ? undefined : ownersOf(tools, outer);
  if (blend === 'feather') roundInto(data, area, await feather(tools, outer), outer);
  else await paint(tools, owners!, { area, data });
  const covered = background && coveredOf(owners!, area);
  if (covered && background !== 'transparent') fillBlanks(data, covered, background);
  return { area, data, covered };
}

function roundInto(data: Uint8Array, area: Rectangle, tile: Tile, outer: Rectangle): void {
  for (let y = 0; y < area.height; y++) {
    const from = ((y + area.y - outer.y) * outer.width + area.x - outer.x) * 3;
    const to = y * area.width * 3;
    for (let i = 0; i < area.width * 3; i++) {
      const value = tile[from + i];
      data[to + i] = value < 0 ? 0 : value > 254.5 ? 255 : value + 0.5;
    }
  }
}

/** The tile with its margins, as far as the canvas goes, in whole pixels of the coarsest band. */
function outerArea(area: Rectangle, { canvas, levels }: Tools): Rectangle {
  const margin = marginOf(levels);
  const unit = Math.max(CELL, 2 ** levels);
  const x = Math.max(0, area.x - margin);
  const y = Math.max(0, area.y - margin);
  const right = Math.min(canvas.width, area.x + area.width + margin);
  const bottom = Math.min(canvas.height, area.y + area.height + margin);
  return { x, y, width: Math.ceil((right - x) / unit) * unit, height: Math.ceil((bottom - y) / unit) * unit };
}

/**
 * Blending is worked out at a quarter of the size, which leaves out the two finest of its bands: structures of less
 * than about four pixels change over at the seam. A power of 2.
 */
const SHRINK = 4;

/** Every pixel from its owner, and changed by what blending says at a quarter of the size. */
async function paint(
  tools: Tools,
  map: OwnerMap,
  target: { readonly area: Rectangle; readonly data: Uint8Array },
): Promise<void> {
  const { canvas, cache, inverses, brightness, tone, levels } = tools;
  const boxes = ownedBoxes(map, inverses.length);
  const present = boxes.flatMap((box, v) => (box ? [v] : []));
  const changes = levels && present.length > 1 ? await blendAll(tools, map, present, boxes) : [];
  for (const [k, view] of present.entries()) {
    const part = intersect(boxes[view]!, target.area);
    if (!part) continue;
    const image = await cache.get(view);
    const one = { canvas, view, image, inverse: inverses[view] };
    const light = { brightness: brightness?.(view), tone: tone?.(view) };
    paintView({ ...one, ...light, change: changes[k] }, map, part, target);
  }
}

/** What blending changes in each of the images present. */
async function blendAll(
  { canvas, cache, inverses, brightness, tone, levels }: Tools,
  map: OwnerMap,
  present: readonly number[],
  boxes: readonly (Rectangle | null)[],
): Promise<NonNullable<Paint['change']>[]> {
  const small = smallCanvas(canvas);
  const outer = map.area;
  const areas = present.map((v) => shrinkArea(widen(boxes[v]!, outer, levels)));
  const shares = sharesOf(map, present, areas);
  const layers: BlendLayer[] = [];
  for (const [k, v] of present.entries()) {
    const area = areas[k];
    const place = { ...area, x: area.x + outer.x / SHRINK, y: area.y + outer.y / SHRINK };
    const field = brightness?.(v);
    const brightnessSmall: Field | undefined = field && ((x, y, u, w) => field(x, y, SHRINK * u, SHRINK * w));
    const one = { canvas: small, view: v, image: await cache.small(v), inverse: inverses[v] };
    const { rgb } = warpToCanvas({ ...one, brightness: brightnessSmall, tone: tone?.(v) }, place);
    layers.push({ area, rgb, share: shares[k] });
  }
  const changes = blendLayers(outer.width / SHRINK, outer.height / SHRINK, layers, levels - 1);
  return areas.map((area, k) => ({ area, data: changes[k] }));
}

/** The canvas at a quarter of the resolution: its pixel (x, y) is where pixel (4x, 4y) was. */
const smallCanvas = (canvas: PanoramaCanvas): PanoramaCanvas => ({
  ...canvas,
  scale: canvas.scale / SHRINK,
  left: canvas.left / SHRINK,
  top: canvas.top / SHRINK,
});

const shrinkArea = ({ x, y, width, height }: Rectangle): Rectangle => ({
  x: x / SHRINK,
  y: y / SHRINK,
  width: width / SHRINK,
  height: height / SHRINK,
});

/** The share of each pixel of the small areas that each of the images owns. */
function sharesOf(map: OwnerMap, present: readonly number[], areas: readonly Rectangle[]): Float32Array[] {
  const { columns, rows, cells, pixels } = map;
  const shares = areas.map((area) => new Float32Array(area.width * area.height));
  const place = new Int32Array(Math.max(...present) + 1);
  present.forEach((v, k) => (place[v] = k));
  for (let j = 0; j < rows; j++)
    for (let i = 0; i < columns;) {
      const start = i;
      const v = cells[j * columns + i++];
      if (isMixed(v)) addPixels(pixelsOf(v), start * CELL, j * CELL);
      if (v < 0) continue;
      while (i < columns && cells[j * columns + i] === v) i++;
      addRun(shares[place[v]], areas[place[v]], 2 * start, 2 * j, 2 * (i - start));
    }
  return shares;

  function addPixels(first: number, left: number, top: number): void {
    for (let y = top, k = first; y < top + CELL; y++)
      for (let x = left; x < left + CELL; x++, k++) {
        const v = pixels[k];
        if (v < 0) continue;
        const { x: first, y: above, width, height } = areas[place[v]];
        const column = ((x + SHRINK / 2) >> 2) - first;
        const row = ((y + SHRINK / 2) >> 2) - above;
        if (column < width && row < height) shares[place[v]][row * width + column] += 1 / (SHRINK * SHRINK);
      }
  }
}

/**
 * Counts all pixels of a run of cells, which are two small pixels high and `length` long, the first of them (x, y): half
 * of the pixels along a side lie nearer to the small pixel after.
 */
function addRun(share: Float32Array, area: Rectangle, x: number, y: number, length: number): void {
  const [left, top] = [x - area.x, y - area.y];
  const last = Math.min(area.width - 1, left + length);
  for (let j = 0; j <= 2 && top + j < area.height; j++) {
    const row = (top + j) * area.width;
    const part = j === 1 ? 1 : 0.5;
    for (let k = row + left; k <= row + last; k++) share[k] += part;
    share[row + left] -= part / 2;
    if (last === left + length) share[row + last] -= part / 2;
  }
}

/** The rectangle of the canvas, in whole cells, that holds all pixels of each image; null where it has none. */
function ownedBoxes(map: OwnerMap, views: number): (Rectangle | null)[] {
  const { area, columns, rows, cells, pixels } = map;
  const [left, top] = [new Int32Array(views).fill(columns), new Int32Array(views).fill(rows)];
  const [right, bottom] = [new Int32Array(views).fill(-1), new Int32Array(views).fill(-1)];
  const extend = (v: number, i: number, j: number): void => {
    if (i < left[v]) left[v] = i;
    if (i > right[v]) right[v] = i;
    if (j < top[v]) top[v] = j;
    bottom[v] = j;
  };
  for (let j = 0; j < rows; j++)
    for (let i = 0; i < columns; i++) {
      const v = cells[j * columns + i];
      if (v >= 0) extend(v, i, j);
      if (!isMixed(v)) continue;
      const first = pixelsOf(v);
      for (let k = first; k < first + CELL * CELL; k++) if (pixels[k] >= 0) extend(pixels[k], i, j);
    }
  return Array.from({ length: views }, (_, v) =>
    right[v] < 0
      ? null
      : {
          x: left[v] * CELL + area.x,
          y: top[v] * CELL + area.y,
          width: Math.min(area.width, (right[v] + 1) * CELL) - left[v] * CELL,
          height: Math.min(area.height, (bottom[v] + 1) * CELL) - top[v] * CELL,
        },
  );
}

/** A box with a margin, in whole pixels of the coarsest band, counted from the tile's corner and within it. */
function widen(box: Rectangle, outer: Rectangle, levels: number): Rectangle {
  const unit = 2 ** levels;
  const margin = marginOf(levels);
  const down = (at: number): number => Math.max(0, Math.floor((at - margin) / unit) * unit);
  const up = (at: number, most: number): number => Math.min(most, Math.ceil((at + margin) / unit) * unit);
  const [x, y] = [down(box.x - outer.x), down(box.y - outer.y)];
  return {
    x,
    y,
    width: up(box.x - outer.x + box.width, outer.width) - x,
    height: up(box.y - outer.y + box.height, outer.height) - y,
  };
}

/** The tile of all images, each with weights that fall to its edges (Szeliski 2006, section 6.2). */
async function feather(tools: Tools, outer: Rectangle): Promise<Tile> {
  const { canvas, cache, inverses, footprints, brightness, tone } = tools;
  const layers = [];
  for (let v = 0; v < inverses.length; v++) {
    const footprint = footprints[v];
    const part = footprint && intersect(outer, footprint);
    if (!part) continue;
    const image = await cache.get(v);
    const light = { brightness: brightness?.(v), tone: tone?.(v) };
    const placed = { canvas, view: v, image, inverse: inverses[v], ...light };
    const { rgb, inside, field: hat } = warpToCanvas(placed, part, hatOf(canvas.sizes[v]));
    const weights = Float32Array.from(inside, (is, k) => (is ? Math.max(1e-4, hat!(k)) : 0));
    layers.push({ area: { ...part, x: part.x - outer.x, y: part.y - outer.y }, rgb, weights });
  }
  return blendFeather(outer.width, outer.height, layers);
}

/** 1 in the image's middle, 0 at its edges, in between the lesser share of both ways. */
function hatOf({ width, height }: Size): Field {
  const edge = (x: number, size: number): number => 1 - Math.abs((2 * (x + 0.5)) / size - 1);
  return (x, y) => Math.min(edge(x, width), edge(y, height));
}
