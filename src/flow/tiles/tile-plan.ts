import type { Window } from '../field/index.ts';
import type { Size } from '../../core/index.ts';

/** A stretch of one axis, in pixels: from `start` up to, not including, `end`. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** Overlapping windows that together cover a grid, row by row, and how their contents are blended. */
export interface TilePlan extends Size {
  readonly windows: readonly Window[];
  /**
   * The weights of a window's columns and of its rows. A pixel's weight is the product; over all windows the weights
   * of a pixel sum to one.
   */
  weights(window: Window): { readonly columns: Float32Array; readonly rows: Float32Array };
}

/** How windows lie. */
export interface TileOptions {
  /** Windows begin at multiples of this, so that networks with strides see the same grid as in the whole; defaults to 1. */
  readonly align?: number;
  /** The least overlap of neighbours in pixels; a quarter of a window is enough, and is the default. */
  readonly overlap?: number;
}

/**
 * Cuts a grid into windows of one size (save for what exceeds the grid on the right and at the bottom), as few as can
 * be, and all about equally wide. A grid that fits into one window is one window.
 *
 * @param side the longest that a side of a window may be, in pixels; at least two of `align` count all the same
 */
export function planTiles({ width, height }: Size, side: number, options: TileOptions = {}): TilePlan {
  const columns = planAxis(width, side, options);
  const rows = planAxis(height, side, options);
  const columnWeights = weighAxis(columns);
  const rowWeights = weighAxis(rows);
  const windows = rows.flatMap(({ start: top, end: bottom }) =>
    columns.map(({ start: left, end: right }) => ({ left, top, width: right - left, height: bottom - top })),
  );
  return {
    width,
    height,
    windows,
    weights: ({ left, top }) => ({ columns: columnWeights.get(left)!, rows: rowWeights.get(top)! }),
  };
}

function planAxis(
  length: number,
  side: number,
  { align = 1, overlap: least = Infinity }: TileOptions,
): Span[] {
  const padded = roundUp(length, align);
  const most = Math.max(roundDown(side, align), 2 * align);
  if (padded <= most) return [{ start: 0, end: length }];
  const overlap = roundUp(Math.min(most / 4, least), align);
  const count = Math.ceil((padded - overlap) / (most - overlap));
  const span = roundUp((padded + (count - 1) * overlap) / count, align);
  return Array.from({ length: count }, (_, i) => {
    const start = roundDown((i * (padded - span)) / (count - 1), align);
    return { start, end: Math.min(start + span, length) };
  });
}

/** By the start of each span: its weights, which fall smoothly to 0 where another span takes over. */
function weighAxis(spans: readonly Span[]): Map<number, Float32Array> {
  const sums = new Float64Array(spans[spans.length - 1].end);
  const hats = spans.map((span, i) => {
    const hat = new Float64Array(span.end - span.start);
    const before = i > 0 ? spans[i - 1].end - span.start : 0;
    const after = i < spans.length - 1 ? span.end - spans[i + 1].start : 0;
    for (let k = 0; k < hat.length; k++) {
      hat[k] = rise(k + 0.5, before) * rise(hat.length - k - 0.5, after);
      sums[span.start + k] += hat[k];
    }
    return hat;
  });
  return new Map(
    spans.map(({ start }, i) => [start, Float32Array.from(hats[i], (value, k) => value / sums[start + k])]),
  );
}

/**
 * From 0 to 1 over the middle quarter of an overlap. Beyond it the window has no weight: what is made near a border,
 * without seeing beyond, is the worst of it, and there the other window sees more.
 */
function rise(distance: number, overlap: number): number {
  if (overlap === 0) return 1;
  const t = Math.min(Math.max((4 * distance) / overlap - 1.5, 0), 1);
  return t * t * (3 - 2 * t);
}

const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;
const roundDown = (value: number, multiple: number): number => Math.floor(value / multiple) * multiple;
