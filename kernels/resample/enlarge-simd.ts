import type { FeatureMap } from '../types.ts';
import { moveRows, placeRegions, resampleEngine, roomBeside, writeScalar } from './engine.ts';
import type { ResampleEngine } from './engine.ts';
import { neighbours } from './neighbours.ts';
import type { Neighbours } from './neighbours.ts';
import { SCALARS } from './scalars.ts';

const { floor, ceil, min } = Math;

/** Floats of the result that are made before they are copied: they stay in the cache. */
const STRIP = 2 ** 16;

/** As the definition; null where this cannot do it: no SIMD here, or rows too long for its memory. */
export function enlargePlanesSimd(planes: FeatureMap, width: number, height: number): FeatureMap | null {
  const stretcher = createStretcher(planes.width, planes.height, width, height, 1);
  if (!stretcher) return null;
  const { channels } = planes;
  const data = new Float32Array(channels * height * width);
  writeScalar(stretcher.engine, SCALARS.factors, 1);
  for (let c = 0; c < channels; c++) {
    const size = planes.height * planes.width;
    stretcher.stretch(planes.data.subarray(c * size, (c + 1) * size), data, c * height * width, false);
  }
  return { channels, height, width, data };
}

/** Enlarges grids of one size, of `values` values a cell: 1, or 2 side by side. */
export interface Stretcher {
  readonly engine: ResampleEngine;
  /**
   * Writes the enlarged grid to `out` from place `at` on, or adds it to what is there. What it is multiplied by stands
   * in the engine's `factors`.
   */
  stretch(from: Float32Array, out: Float32Array, at: number, onto: boolean): void;
}

/**
 * @param width columns of the result, of the `full` columns that the grid covers when enlarged
 * @returns null without SIMD, or where a few rows do not fit in its memory
 */
export function createStretcher(
  fromWidth: number,
  fromHeight: number,
  width: number,
  height: number,
  values: 1 | 2,
  full: { readonly width: number; readonly height: number } = { width, height },
): Stretcher | null {
  const engine = resampleEngine();
  // A vector is four values; so many results are made at a time.
  const lanes = 4 / values;
  const pitch = ceil(width / lanes) * 4;
  const rowBytes = fromWidth * values * 4;
  const tables = [(pitch / values) * 4, pitch * 4, rowBytes + 16];
  const horizontal = neighbours(fromWidth, full.width, width);
  const vertical = neighbours(fromHeight, full.height, height);
  // Of as many rows of the result, no more are made of than they themselves and two.
  const room = roomBeside(...tables) - 2 * rowBytes - 256;
  const rows = min(height, floor(room / (pitch * 4 + rowBytes)), ceil(STRIP / pitch));
  if (!engine || rows < 1) return null;
  const places = placeRegions([...tables, (rows + 2) * rowBytes, rows * pitch * 4]);
  if (!places) return null;
  const [cells, shares, row, source, target] = places;
  writeTables(engine, horizontal, values, cells, shares, row);
  const strip = {
    ...{ cells, shares, row, source, target, pitch, values, fromHeight },
    ...{ width: width * values, fromRow: fromWidth * values },
  };
  return {
    engine,
    stretch(from, out, at, onto) {
      for (let top = 0; top < height; top += rows) {
        const bottom = min(height, top + rows);
        stretchStrip(engine, strip, vertical, { from, out, at, onto, top, bottom });
      }
    },
  };
}

/** Addresses of the left neighbours and shares of the right ones, and a value beside the row that has no share. */
function writeTables(
  { floats, integers }: ResampleEngine,
  { cells: left, shares: right }: Neighbours,
  values: number,
  cells: number,
  shares: number,
  row: number,
): void {
  const padded = ceil(left.length / 4) * 4;
  for (let x = 0; x < padded; x++) {
    const inside = x < left.length;
    integers[cells / 4 + x] = row + (inside ? left[x] * values * 4 : 0);
    floats.fill(inside ? right[x] : 0, shares / 4 + x * values, shares / 4 + (x + 1) * values);
  }
}

interface StripPlaces {
  readonly cells: number;
  readonly shares: number;
  readonly row: number;
  readonly source: number;
  readonly target: number;
  /** Floats from one row of the result to the next in the engine's memory, and of a row itself. */
  readonly pitch: number;
  readonly width: number;
  readonly values: 1 | 2;
  readonly fromHeight: number;
  /** Floats of a row. */
  readonly fromRow: number;
}

interface Strip {
  readonly from: Float32Array;
  readonly out: Float32Array;
  /** Where the first row of the result begins in `out`. */
  readonly at: number;
  readonly onto: boolean;
  readonly top: number;
  readonly bottom: number;
}

function stretchStrip(engine: ResampleEngine, places: StripPlaces, vertical: Neighbours, strip: Strip): void {
  const { kernel, floats } = engine;
  const { cells, shares, row, source, target, pitch, width, values, fromHeight, fromRow } = places;
  const { from, out, at, onto, top, bottom } = strip;
  const first = vertical.cells[top];
  const last = min(vertical.cells[bottom - 1] + 1, fromHeight - 1);
  const stretch = values === 1 ? kernel.stretchPlane : onto ? kernel.addPairs : kernel.stretchPairs;
  floats.set(from.subarray(first * fromRow, (last + 1) * fromRow), source / 4);
  const count = bottom - top;
  if (onto) moveRows(out, at + top * width, width, floats, target / 4, pitch, width, count);
  for (let y = top; y < bottom; y++) {
    const upper = source + (vertical.cells[y] - first) * fromRow * 4;
    // An axis of one sample has no second.
    const lower = min(upper + fromRow * 4, source + (last - first) * fromRow * 4);
    writeScalar(engine, SCALARS.share, vertical.shares[y]);
    kernel.blend(upper, lower, row, row + fromRow * 4);
    if (fromRow === values) floats.copyWithin(row / 4 + values, row / 4, row / 4 + values);
    const o = target + (y - top) * pitch * 4;
    stretch(cells, shares, o, o + width * 4);
  }
  moveRows(floats, target / 4, pitch, out, at + top * width, width, width, count);
}
