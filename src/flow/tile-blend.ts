import type { FlowField } from '../core/types.ts';
import type { TilePlan } from './tile-plan.ts';
import type { Window } from './window.ts';

/** The flow of a window. */
export interface TileFlow {
  /** u and v interleaved, of the window's pixels alone. */
  readonly data: Float32Array;
  /** How much each pixel counts beside other windows that see it, 0 to 1; all 1 if absent. */
  readonly trust?: Float32Array;
}

/**
 * Puts a flow together from that of overlapping windows, one after the other, so that only one is in memory at a time.
 * Where no window is trusted, the flow fades into what it was at the start.
 *
 * @param start all of it known; it is not changed
 * @param estimate gives the flow of a window
 */
export async function blendTiles(
  start: FlowField,
  plan: TilePlan,
  estimate: (window: Window) => Promise<TileFlow>,
): Promise<FlowField> {
  const { width, height } = plan;
  const changes = new Float32Array(width * height * 2);
  const sums = new Float32Array(width * height);
  for (const window of plan.windows) addTile(start, plan, window, await estimate(window), changes, sums);
  for (let i = 0, p = 0; i < sums.length; i++, p += 2) {
    // Below this the sum is no longer made up for.
    const share = 1 / Math.max(sums[i], LEAST_TRUST);
    changes[p] = start.data[p] + share * changes[p];
    changes[p + 1] = start.data[p + 1] + share * changes[p + 1];
  }
  return { width, height, data: changes };
}

const LEAST_TRUST = 0.05;

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
