import { distanceInside } from './distance.ts';
import type { Rectangle } from './layout.ts';
import { minimumCut } from '../../kernels/cut/index.ts';
import type { WarpedView } from './warp-view.ts';

/** Which picture each pixel of a canvas is taken from. */
export interface SeamMap {
  readonly width: number;
  readonly height: number;
  /** Place in the list of pictures, row by row; -1 where there is none. */
  readonly owners: Int16Array;
}

/** - `graph-cut`: where the pictures differ least; `distance`: half way between their edges */
export type SeamMethod = 'graph-cut' | 'distance';

export interface SeamOptions {
  /** `graph-cut` unless told. */
  readonly method?: SeamMethod;
  /** The order in which pictures are laid down; that of the list unless told. */
  readonly order?: readonly number[];
}

/** Ties to a side that must not be cut. */
const NEVER = 1 << 28;
/** What a difference of colour of 1 over a gradient of {@link FLAT} costs. */
const UNIT = 64;
/** Gradients count from here on, of 255. */
const FLAT = 12;
/** How strongly a pixel of no difference is drawn to the picture whose edge is farther away. */
const PULL = 12;

/**
 * Lays the pictures down one after the other. Each new one takes from those before what lies on its side of the
 * cheapest cut through what they share, where a cut costs the difference of the colours on both sides of it over the
 * gradients there (Kwatra et al. 2003, equation 5); far from edges is preferred a little.
 *
 * @param views of one canvas, gains applied
 */
export function findSeams(
  views: readonly WarpedView[],
  width: number,
  height: number,
  options: SeamOptions = {},
): SeamMap {
  const { method = 'graph-cut', order = views.map((_, v) => v) } = options;
  const owners = new Int16Array(width * height).fill(-1);
  const laid = {
    width,
    height,
    owners,
    rgb: new Uint8Array(width * height * 3),
    depth: new Float32Array(width * height),
  };
  for (const v of order) layDown(laid, views[v], v, method);
  return { width, height, owners };
}

/** What has been laid down so far. */
interface Laid extends SeamMap {
  readonly rgb: Uint8Array;
  /** How far inside of its picture each pixel lies, in pixels. */
  readonly depth: Float32Array;
}

function layDown(laid: Laid, view: WarpedView, v: number, method: SeamMethod): void {
  const { area, inside } = view;
  const depth = distanceInside(inside, area.width, area.height);
  const shared = sharedArea(laid, view);
  const takes = shared ? decide(laid, view, depth, shared, method) : undefined;
  for (let y = 0; y < area.height; y++) layRow(laid, view, v, depth, y, shared, takes);
}

/** Takes one row of a picture, all of it that nobody has and what it takes of the rest. */
function layRow(
  laid: Laid,
  { area, inside, rgb }: WarpedView,
  v: number,
  depth: Float32Array,
  y: number,
  shared: Rectangle | null,
  takes: Uint8Array | undefined,
): void {
  const { owners } = laid;
  const cut = shared ? (y + area.y - shared.y) * shared.width + area.x - shared.x : 0;
  for (
    let x = 0, k = y * area.width, at = (y + area.y) * laid.width + area.x;
    x < area.width;
    x++, k++, at++
  ) {
    if (!inside[k] || (owners[at] >= 0 && !takes![cut + x])) continue;
    owners[at] = v;
    laid.depth[at] = depth[k];
    laid.rgb[3 * at] = rgb[3 * k];
    laid.rgb[3 * at + 1] = rgb[3 * k + 1];
    laid.rgb[3 * at + 2] = rgb[3 * k + 2];
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

/** The first pixel of row `y` of the new picture, from `x` on by `step`, that is covered already; -1 where none is. */
function nextShared(
  { owners, width }: Laid,
  { area, inside }: WarpedView,
  y: number,
  x: number,
  step: 1 | -1,
): number {
  const [mine, theirs] = [y * area.width, (y + area.y) * width + area.x];
  for (; x >= 0 && x < area.width; x += step) if (inside[mine + x] && owners[theirs + x] >= 0) return x;
  return -1;
}

/** 1 for each pixel of `shared` that the new picture takes. */
function decide(
  laid: Laid,
  view: WarpedView,
  depth: Float32Array,
  shared: Rectangle,
  method: SeamMethod,
): Uint8Array {
  const n = shared.width * shared.height;
  const terminals = new Int32Array(n);
  const costs = new Float32Array(n);
  for (let y = 0; y < shared.height; y++) weighRow(laid, view, depth, shared, y, terminals, costs);
  if (method === 'distance') return new Uint8Array(terminals.map((value) => (value < 0 ? 1 : 0)));
  return minimumCut({ width: shared.width, height: shared.height, terminals, ...tiesOf(costs, shared) });
}

/** What parting the pixels of one row of `shared` costs, -1 outside of either, and which side draws them. */
function weighRow(
  laid: Laid,
  view: WarpedView,
  depth: Float32Array,
  shared: Rectangle,
  row: number,
  terminals: Int32Array,
  costs: Float32Array,
): void {
  const { area, inside } = view;
  const y = shared.y + row;
  for (let x = shared.x, k = row * shared.width; x < shared.x + shared.width; x++, k++) {
    const mine = (y - area.y) * area.width + x - area.x;
    const theirs = y * laid.width + x;
    if (!inside[mine] || laid.owners[theirs] < 0) {
      costs[k] = -1;
      continue;
    }
    // Half of the sum with each neighbour is taken where the tie is made.
    costs[k] =
      difference(view.rgb, mine, laid.rgb, theirs) / (FLAT + gradient(view, mine) + gradientLaid(laid, x, y));
    const pull = Math.max(-20, Math.min(20, laid.depth[theirs] - depth[mine]));
    terminals[k] = Math.round((PULL * pull) / 20);
    // Only beside a pixel outside of either.
    if (depth[mine] <= 1 || laid.depth[theirs] <= 1) terminals[k] += mustBe(laid, view, x, y);
  }
}

/** Beside what only the old pictures show a pixel stays with them, beside what only the new one shows with it. */
function mustBe(laid: Laid, view: WarpedView, x: number, y: number): number {
  let [old, fresh] = [false, false];
  for (let side = 0; side < 4; side++) {
    const i = x + SIDE_X[side];
    const j = y + SIDE_Y[side];
    const mine = shows(view, i, j);
    const theirs = isLaid(laid, i, j);
    old ||= theirs && !mine;
    fresh ||= mine && !theirs;
  }
  if (old === fresh) return 0;
  return old ? NEVER : -NEVER;
}

const SIDE_X = [-1, 1, 0, 0];
const SIDE_Y = [0, 0, -1, 1];

function shows({ area, inside }: WarpedView, x: number, y: number): boolean {
  const [i, j] = [x - area.x, y - area.y];
  return i >= 0 && j >= 0 && i < area.width && j < area.height && inside[j * area.width + i] === 1;
}

const isLaid = ({ width, height, owners }: Laid, x: number, y: number): boolean =>
  x >= 0 && y >= 0 && x < width && y < height && owners[y * width + x] >= 0;

function tiesOf(costs: Float32Array, { width, height }: Rectangle): { right: Int32Array; down: Int32Array } {
  const right = new Int32Array(costs.length);
  const down = new Int32Array(costs.length);
  for (let y = 0; y < height; y++) {
    tieRow(costs, right, y * width, width - 1, 1);
    if (y < height - 1) tieRow(costs, down, y * width, width, width);
  }
  return { right, down };
}

/** Ties of `count` pixels from `first` on, each with the one `step` further. */
function tieRow(costs: Float32Array, out: Int32Array, first: number, count: number, step: number): void {
  for (let k = first; k < first + count; k++) {
    const other = costs[k + step];
    if (costs[k] >= 0 && other >= 0) out[k] = 1 + Math.round(UNIT * (costs[k] + other));
  }
}

const difference = (a: Uint8Array, i: number, b: Uint8Array, j: number): number =>
  Math.abs(a[3 * i] - b[3 * j]) +
  Math.abs(a[3 * i + 1] - b[3 * j + 1]) +
  Math.abs(a[3 * i + 2] - b[3 * j + 2]);

/** The change of green across a pixel of the new picture. */
function gradient({ area, rgb }: WarpedView, k: number): number {
  const x = k % area.width;
  const left = x > 0 ? k - 1 : k;
  const right = x < area.width - 1 ? k + 1 : k;
  const up = k >= area.width ? k - area.width : k;
  const down = k + area.width < area.width * area.height ? k + area.width : k;
  return Math.abs(rgb[3 * right + 1] - rgb[3 * left + 1]) + Math.abs(rgb[3 * down + 1] - rgb[3 * up + 1]);
}

function gradientLaid(laid: Laid, x: number, y: number): number {
  return (
    Math.abs(greenAt(laid, x + 1, y, x, y) - greenAt(laid, x - 1, y, x, y)) +
    Math.abs(greenAt(laid, x, y + 1, x, y) - greenAt(laid, x, y - 1, x, y))
  );
}

/** Green at (i, j), or at (x, y) where nothing lies there. */
function greenAt(laid: Laid, i: number, j: number, x: number, y: number): number {
  const at = isLaid(laid, i, j) ? j * laid.width + i : y * laid.width + x;
  return laid.rgb[3 * at + 1];
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
