import type { FlowField, ScalarField } from '../../core/index.ts';
import type { TilePlan } from './tile-plan.ts';
import type { Window } from '../field/index.ts';

/** The flow of a window. */
export interface TileFlow {
  /** u and v interleaved, of the window's pixels alone. */
  readonly data: Float32Array;
  /** How probable it is that B does not show each of them, where that is told. */
  readonly occlusion?: Float32Array;
  /** How much each pixel counts beside other windows that see it, 0 to 1; all 1 if absent. */
  readonly trust?: Float32Array;
}

/**
 * Puts a flow together from that of overlapping windows, one after the other, so that only one is in memory at a time.
 * Where no window is trusted, the flow fades into what it was at the start, and counts as occluded.
 *
 * @param start all of it known; it is not changed
 * @param estimate gives the flow of a window
 * @returns what is occluded where the windows tell it
 */
export async function blendTiles(
  start: FlowField,
  plan: TilePlan,
  estimate: (window: Window) => Promise<TileFlow>,
): Promise<{ flow: FlowField; occlusion?: ScalarField }> {
  const { width, height } = plan;
  const changes = new Float32Array(width * height * 2);
  const sums = new Float32Array(width * height);
  let shown: Float32Array | undefined;
  for (const window of plan.windows) {
    const tile = await estimate(window);
    addTile(start, plan, window, tile, changes, sums);
    if (!tile.occlusion) continue;
    shown ??= new Float32Array(width * height);
    addShown(plan, window, tile, shown);
  }
  for (let i = 0, p = 0; i < sums.length; i++, p += 2) {
    // Below this the sum is no longer made up for.
    const share = 1 / Math.max(sums[i], LEAST_TRUST);
    changes[p] = start.data[p] + share * changes[p];
    changes[p + 1] = start.data[p + 1] + share * changes[p + 1];
  }
  const flow = { width, height, data: changes };
  return shown ? { flow, occlusion: { width, height, data: occludedOf(shown, sums) } } : { flow };
}

/** In place: one less the mean of what is shown. */
function occludedOf(shown: Float32Array, sums: Float32Array): Float32Array {
  for (let i = 0; i < sums.length; i++) shown[i] = 1 - shown[i] / Math.max(sums[i], LEAST_TRUST);
  return shown;
}

const LEAST_TRUST = 0.05;

/** Adds the probability that B shows a window's pixels, weighted. */
function addShown(plan: TilePlan, window: Window, { occlusion, trust }: TileFlow, shown: Float32Array): void {
  const { columns, rows } = plan.weights(window);
  for (let y = 0, t = 0; y < window.height; y++) {
    let i = (window.top + y) * plan.width + window.left;
    for (let x = 0; x < window.width; x++, i++, t++)
      shown[i] += columns[x] * rows[y] * (trust ? trust[t] : 1) * (1 - occlusion![t]);
  }
}

/** Adds what a window changes, weighted, and the weights. */
function addTile(
  start: FlowField,
  plan: TilePlan,
  window: Window,
  { data, trust }: TileFlow,
  changes: Float32Array,
  sums: Float32Array,
): void {
  const { columns, rows } = plan.weights(window);
  for (let y = 0, t = 0; y < window.height; y++) {
    let i = (window.top + y) * plan.width + window.left;
    for (let x = 0; x < window.width; x++, i++, t++) {
      const weight = columns[x] * rows[y] * (trust ? trust[t] : 1);
      changes[i * 2] += weight * (data[t * 2] - start.data[i * 2]);
      changes[i * 2 + 1] += weight * (data[t * 2 + 1] - start.data[i * 2 + 1]);
      sums[i] += weight;
    }
  }
}
