import type { OptionNames } from '../../core/index.ts';
import { checkOptions } from '../../core/index.ts';
import { minimumCut } from '../../../kernels/cut/index.ts';
import { distanceInside } from '../../../kernels/distance/index.ts';
import { weighSeam } from '../../../kernels/seam/index.ts';
import type { SeamLayer } from '../../../kernels/seam/index.ts';
import type { WarpedView } from '../canvas/index.ts';
import type { Rectangle } from '../types.ts';

/** Which image each pixel of a canvas is taken from. */
export interface SeamMap {
  readonly width: number;
  readonly height: number;
  /** Place in the list of images, row by row; -1 where there is none. */
  readonly owners: Int16Array;
}

/** - `graph-cut`: where the images differ least; `distance`: half way between their edges */
export type SeamMethod = 'graph-cut' | 'distance';

/** Options of `findSeams`. */
export interface SeamOptions {
  /** Defaults to `graph-cut`. */
  readonly method?: SeamMethod;
  /** The order in which images are laid down; defaults to that of the list. */
  readonly order?: readonly number[];
  /** Whether the canvas's left and right edges meet, as those of a full circle do; defaults to false. */
  readonly closed?: boolean;
}

const OPTIONS: OptionNames<SeamOptions> = { method: true, order: true, closed: true };

/**
 * Lays the images down one after the other. Each new one takes from those before what lies on its side of the
 * cheapest cut through what they share, as `weighSeam` weighs it.
 *
 * @param views of one canvas, gains applied
 * @example
 * import { findSeams } from 'whither/stitch';
 *
 * const { owners } = findSeams(views, canvas.width, canvas.height, { method: 'graph-cut' });
 * console.log(`the top left pixel is of view ${owners[0]}`);
 */
export function findSeams(
  views: readonly WarpedView[],
  width: number,
  height: number,
  options: SeamOptions = {},
): SeamMap & { readonly covered: Uint8Array } {
  checkOptions(options, OPTIONS, 'findSeams');
  const { method = 'graph-cut', order = views.map((_, v) => v), closed = false } = options;
  const laid: Laid = {
    area: { x: 0, y: 0, width, height },
    owners: new Int16Array(width * height).fill(-1),
    inside: new Uint8Array(width * height),
    rgb: new Uint8Array(width * height * 3),
    depth: new Float32Array(width * height),
  };
  for (const v of order)
    if (closed && views[v].area.width === width) layAround(laid, views[v], v, method);
    else layDown(laid, views[v], v, method);
  return { width, height, owners: laid.owners, covered: laid.inside };
}

/** What has been laid down so far, on all of the canvas. */
interface Laid extends SeamLayer {
  readonly owners: Int16Array;
}

/** Lays down an image that reaches across the canvas's edges: all is turned until it lies in one piece. */
function layAround(laid: Laid, view: WarpedView, v: number, method: SeamMethod): void {
  const { width } = laid.area;
  const columns = emptiestColumn(view);
  const turned = { ...view, rgb: view.rgb.slice(), inside: view.inside.slice() };
  turnAround(turned, width, columns);
  turnAround(laid, width, columns);
  layDown(laid, turned, v, method);
  turnAround(laid, width, width - columns);
}

/** The first column of those where an image shows least. */
function emptiestColumn({ area: { width }, inside }: WarpedView): number {
  const counts = new Uint32Array(width);
  inside.forEach((is, k) => (counts[k % width] += is));
  return counts.indexOf(Math.min(...counts));
}

/** Moves everything to the left in place, and what leaves there to the right. */
function turnAround(layer: Partial<Laid>, width: number, columns: number): void {
  const { rgb, inside, depth, owners } = layer;
  if (rgb) turnRows(rgb, 3 * width, 3 * columns);
  for (const values of [inside, depth, owners]) if (values) turnRows(values, width, columns);
}

function turnRows(values: Uint8Array | Float32Array | Int16Array, width: number, count: number): void {
  for (let start = 0; start < values.length; start += width) {
    const row = values.subarray(start, start + width);
    const head = row.slice(0, count);
    row.copyWithin(0, count);
    row.set(head, width - count);
  }
}

function layDown(laid: Laid, view: WarpedView, v: number, method: SeamMethod): void {
  const { area, inside } = view;
  const fresh = { ...view, depth: distanceInside(inside, area.width, area.height) };
  const shared = sharedArea(laid, view);
  const takes = shared ? decide(laid, fresh, shared, method) : undefined;
  for (let y = 0; y < area.height; y++) {
    const row = inside.slice(y * area.width, (y + 1) * area.width);
    const j = shared ? y + area.y - shared.y : -1;
    if (shared && j >= 0 && j < shared.height)
      row.set(takes!.subarray(j * shared.width, (j + 1) * shared.width), shared.x - area.x);
    layRow(laid, fresh, v, y, row);
  }
}

/** Takes from row `y` of an image what `takes` has a 1 for, a run after the other. */
function layRow(laid: Laid, { area, rgb, depth }: SeamLayer, v: number, y: number, takes: Uint8Array): void {
  const from = y * area.width;
  const to = (y + area.y) * laid.area.width + area.x;
  for (let end = 0, start; (start = takes.indexOf(1, end)) >= 0;) {
    end = takes.indexOf(0, start);
    if (end < 0) end = area.width;
    laid.owners.fill(v, to + start, to + end);
    laid.inside.fill(1, to + start, to + end);
    laid.depth.set(depth.subarray(from + start, from + end), to + start);
    laid.rgb.set(rgb.subarray(3 * (from + start), 3 * (from + end)), 3 * (to + start));
  }
}

/** The bounding rectangle, on the canvas, of the pixels that are covered already. */
function sharedArea(laid: Laid, view: WarpedView): Rectangle | null {
  const { area } = view;
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  for (let y = 0; y < area.height; y++) {
    const first = nextShared(laid, view, y, 0, 1);
    if (first < 0) continue;
    left = Math.min(left, first);
    right = Math.max(right, nextShared(laid, view, y, area.width - 1, -1));
    top = Math.min(top, y);
    bottom = y;
  }
  if (right < 0) return null;
  return { x: left + area.x, y: top + area.y, width: right - left + 1, height: bottom - top + 1 };
}

/** The first pixel of row `y` of the new image, from `x` on by `step`, that is covered already; -1 where none is. */
function nextShared(laid: Laid, { area, inside }: WarpedView, y: number, x: number, step: 1 | -1): number {
  const [mine, theirs] = [y * area.width, (y + area.y) * laid.area.width + area.x];
  for (; x >= 0 && x < area.width; x += step) if (inside[mine + x] && laid.inside[theirs + x]) return x;
  return -1;
}

/** 1 for each pixel of `shared` that the new image takes. */
function decide(laid: Laid, fresh: SeamLayer, shared: Rectangle, method: SeamMethod): Uint8Array {
  const weights = weighSeam(fresh, laid, shared);
  if (method === 'distance') return Uint8Array.from(weights.terminals, (value) => (value < 0 ? 1 : 0));
  return minimumCut({ width: shared.width, height: shared.height, ...weights });
}

/** The map with each edge pixel's owner carried outwards, so that nothing is lost where it is enlarged. */
export function growSeams({ width, height, owners }: SeamMap, steps = 2): SeamMap {
  let current = owners;
  for (let step = 0; step < steps; step++) {
    const next = current.slice();
    for (let k = current.indexOf(-1); k >= 0; k = current.indexOf(-1, k + 1)) {
      const x = k % width;
      let most = -1;
      if (x > 0 && current[k - 1] > most) most = current[k - 1];
      if (x < width - 1 && current[k + 1] > most) most = current[k + 1];
      if (k >= width && current[k - width] > most) most = current[k - width];
      if (k + width < current.length && current[k + width] > most) most = current[k + width];
      next[k] = most;
    }
    current = next;
  }
  return { width, height, owners: current };
}
