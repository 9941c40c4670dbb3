import type { Homography } from '../core/homography.ts';
import type { Image } from '../core/types.ts';
import { blendFeather, blendMultiband, blendNone } from './blend.ts';
import type { Layer, Tile } from './blend.ts';
import { ImageCache } from './image-cache.ts';
import { footprint, inverseMatrices } from './layout.ts';
import type { Canvas, Rectangle } from './layout.ts';
import { intersect } from './overlaps.ts';
import type { SeamMap } from './seams.ts';
import { coverView, warpView } from './warp-view.ts';
import type { Field } from './warp-view.ts';

/** - `multiband`: fine structures change over at the seam, coarse ones softly; `feather`: all softly; `none`: hard */
export type BlendMethod = 'multiband' | 'feather' | 'none';

/** A finished part of the panorama: 8-bit RGB rows of `area`. */
export interface ComposedTile {
  readonly area: Rectangle;
  readonly data: Uint8Array;
}

export interface ComposeOptions {
  /** `multiband` unless told. */
  readonly blend?: BlendMethod;
  /** Bands beside the finest; 5 unless told, fewer on small canvases. */
  readonly levels?: number;
  /** Most pixels worked on at a time; 4 million unless told. */
  readonly tilePixels?: number;
  /** Bytes of pictures kept; 300 million unless told. */
  readonly cacheBytes?: number;
}

/** What {@link composePanorama} needs of the stages before it. */
export interface Composition {
  readonly canvas: Canvas;
  /** Reads picture `view`; it may be smaller than the canvas's sizes say, in proportion. */
  readonly load: (view: number) => Promise<Image>;
  /** Owners on a canvas of lower resolution. */
  readonly seams: SeamMap;
  /** Pixels of the seam map's canvas a pixel of this one, and where the seam map's first pixel lies there. */
  readonly seamScale: number;
  readonly seamLeft: number;
  readonly seamTop: number;
  /** What each picture's colours are multiplied by; 1 unless told. */
  readonly brightness?: (view: number) => Field | undefined;
}

/**
 * The panorama at full resolution, tile by tile in columns from the left (the pictures of a row are then read one
 * after the other), with memory for one tile and a few pictures. Tiles overlap while they are blended, so that no
 * edge of theirs can be seen.
 */
export async function* composePanorama(
  composition: Composition,
  options: ComposeOptions = {},
): AsyncGenerator<ComposedTile> {
  const { canvas, load } = composition;
  const { cacheBytes = 300e6, blend = 'multiband' } = options;
  const cache = new ImageCache(load, cacheBytes);
  const inverses = inverseMatrices(canvas);
  const footprints = canvas.matrices.map((_, v) => footprint(canvas, v, inverses[v]));
  const levels = blend === 'multiband' ? chooseLevels(canvas, options.levels ?? 5) : 0;
  const tools: Tools = { ...composition, cache, inverses, footprints, levels, blend };
  for (const area of tilesOf(canvas, levels, options.tilePixels ?? 4e6)) yield composeTile(tools, area);
}

interface Tools extends Composition {
  readonly cache: ImageCache;
  readonly inverses: readonly Homography[];
  readonly footprints: readonly (Rectangle | null)[];
  readonly levels: number;
  readonly blend: BlendMethod;
}

const chooseLevels = ({ width, height }: Canvas, most: number): number =>
  Math.max(0, Math.min(most, Math.floor(Math.log2(Math.min(width, height))) - 3));

/** How far a seam may be felt across. */
const marginOf = (levels: number): number => (levels ? 2 ** (levels + 1) : 0);

/** The canvas in tiles whose corners are multiples of the coarsest band's pixels; column by column. */
export function tilesOf(
  { width, height }: { width: number; height: number },
  levels: number,
  pixels: number,
): Rectangle[] {
  const unit = 2 ** levels;
  const margin = 2 * marginOf(levels);
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

async function composeTile(tools: Tools, area: Rectangle): Promise<ComposedTile> {
  const outer = outerArea(area, tools);
  const owners = ownersOf(tools, outer);
  const tile = tools.blend === 'feather' ? await feather(tools, outer) : await mix(tools, outer, owners);
  const data = new Uint8Array(area.width * area.height * 3);
  for (let y = 0; y < area.height; y++) {
    const from = ((y + area.y - outer.y) * outer.width + area.x - outer.x) * 3;
    const to = y * area.width * 3;
    for (let i = 0; i < area.width * 3; i++) {
      const value = tile[from + i];
      data[to + i] = value < 0 ? 0 : value > 255 ? 255 : value + 0.5;
    }
  }
  return { area, data };
}

/** The tile with its margins, as far as the canvas goes, in whole pixels of the coarsest band. */
function outerArea(area: Rectangle, { canvas, levels }: Tools): Rectangle {
  const margin = marginOf(levels);
  const unit = 2 ** levels;
  const x = Math.max(0, area.x - margin);
  const y = Math.max(0, area.y - margin);
  const right = Math.min(canvas.width, area.x + area.width + margin);
  const bottom = Math.min(canvas.height, area.y + area.height + margin);
  return { x, y, width: Math.ceil((right - x) / unit) * unit, height: Math.ceil((bottom - y) / unit) * unit };
}

/** Each pixel's picture at full resolution: the seam map's where that covers the pixel, else one that does; or -1. */
function ownersOf(tools: Tools, area: Rectangle): Int16Array {
  const { canvas, seams, seamScale, seamLeft, seamTop, inverses, footprints } = tools;
  const wanted = new Int16Array(area.width * area.height);
  for (let y = 0; y < area.height; y++) {
    const row = clamp(Math.round((y + area.y) * seamScale - seamTop), seams.height);
    for (let x = 0; x < area.width; x++) {
      const column = clamp(Math.round((x + area.x) * seamScale - seamLeft), seams.width);
      const beyond = x + area.x >= canvas.width || y + area.y >= canvas.height;
      wanted[y * area.width + x] = beyond ? -2 : seams.owners[row * seams.width + column];
    }
  }
  const owners = new Int16Array(wanted.length).fill(-1);
  for (let v = 0; v < inverses.length; v++) {
    const part = meet(area, footprints[v]);
    if (!part) continue;
    const inside = coverView(canvas, v, inverses[v], part);
    for (let y = 0; y < part.height; y++)
      for (let x = 0; x < part.width; x++) {
        if (!inside[y * part.width + x]) continue;
        const k = (y + part.y - area.y) * area.width + x + part.x - area.x;
        if (wanted[k] === v || (owners[k] < 0 && wanted[k] > -2)) owners[k] = v;
      }
  }
  return owners;
}

const meet = (area: Rectangle, other: Rectangle | null): Rectangle | null => other && intersect(area, other);

const clamp = (value: number, size: number): number => Math.max(0, Math.min(size - 1, value));

/** The tile of each pixel's owner, blended across seams. */
async function mix(tools: Tools, outer: Rectangle, owners: Int16Array): Promise<Tile> {
  const { canvas, cache, inverses, brightness, levels } = tools;
  const layers: Layer[] = [];
  for (let v = 0; v < inverses.length; v++) {
    const area = ownedArea(owners, v, outer, levels);
    if (!area) continue;
    const place = { ...area, x: area.x + outer.x, y: area.y + outer.y };
    const field = brightness?.(v);
    const { rgb } = warpView(canvas, v, await cache.get(v), inverses[v], place, {
      field,
      multiply: field !== undefined,
    });
    const owned = new Uint8Array(area.width * area.height);
    for (let y = 0; y < area.height; y++)
      for (let x = 0; x < area.width; x++)
        owned[y * area.width + x] = owners[(y + area.y) * outer.width + x + area.x] === v ? 1 : 0;
    layers.push({ area, rgb, owned });
  }
  return levels
    ? blendMultiband(outer.width, outer.height, layers, levels)
    : blendNone(outer.width, outer.height, layers);
}

/** The part of a tile that matters to picture `v`: its own pixels and a margin, in whole pixels of the coarsest band. */
function ownedArea(
  owners: Int16Array,
  v: number,
  { width, height }: Rectangle,
  levels: number,
): Rectangle | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (owners[y * width + x] !== v) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  if (right < 0) return null;
  const unit = 2 ** levels;
  const margin = marginOf(levels);
  const x = Math.max(0, Math.floor((left - margin) / unit) * unit);
  const y = Math.max(0, Math.floor((top - margin) / unit) * unit);
  return {
    x,
    y,
    width: Math.min(width, Math.ceil((right + 1 + margin) / unit) * unit) - x,
    height: Math.min(height, Math.ceil((bottom + 1 + margin) / unit) * unit) - y,
  };
}

/** The tile of all pictures, each with weights that fall to its edges (Szeliski 2006, section 6.2). */
async function feather(tools: Tools, outer: Rectangle): Promise<Tile> {
  const { canvas, cache, inverses, footprints, brightness } = tools;
  const layers = [];
  for (let v = 0; v < inverses.length; v++) {
    const part = meet(outer, footprints[v]);
    if (!part) continue;
    const field = brightness?.(v);
    const { rgb, inside } = warpView(canvas, v, await cache.get(v), inverses[v], part, {
      field,
      multiply: field !== undefined,
    });
    const weights = hatOver(canvas, v, inverses[v], part, inside);
    layers.push({ area: { ...part, x: part.x - outer.x, y: part.y - outer.y }, rgb, weights });
  }
  return blendFeather(outer.width, outer.height, layers);
}

/** 1 in the picture's middle, 0 at its edges, in between the lesser share of both ways. */
function hatOver(
  canvas: Canvas,
  v: number,
  inverse: Homography,
  area: Rectangle,
  inside: Uint8Array,
): Float32Array {
  const { width, height } = canvas.sizes[v];
  const edge = (x: number, size: number): number => 1 - Math.abs((2 * (x + 0.5)) / size - 1);
  const tiny: Image = { width: 1, height: 1, data: new Uint8Array(3) };
  const field: Field = (x, y) => Math.min(edge(x, width), edge(y, height));
  const hat = warpView(canvas, v, { ...tiny }, inverse, area, { field }).field!;
  return hat.map((value, k) => (inside[k] ? Math.max(1e-4, value) : 0));
}
