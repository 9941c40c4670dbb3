import type { FeatureMap } from '../../../kernels/types.ts';
import { cropPlanes } from '../field/index.ts';
import type { Window } from '../field/index.ts';

/** What is known before a level of a pyramid, all of it on the level's grid. */
export interface PyramidState {
  /** From 0, the coarsest. */
  level: number;
  /** u and v in cells. */
  flow: FeatureMap;
  /** The global match, u and v in cells, the motion that most matches share, and the match's confidence, 0 to 1. */
  match: FeatureMap;
  /** What the decoder remembers. */
  hidden: FeatureMap;
}

/**
 * What a window of A has of the state of the whole, seen from a window of B.
 *
 * @param window in cells of the level
 * @param shift from the window of A to that of B, in cells along x and y
 */
export function cropState(
  { level, flow, match, hidden }: PyramidState,
  window: Window,
  shift: readonly [number, number],
): PyramidState {
  const own = { flow: cropPlanes(flow, window), match: cropPlanes(match, window) };
  takeOff(own.flow, 2, shift);
  takeOff(own.match, 4, shift);
  return { level, ...own, hidden: cropPlanes(hidden, window) };
}

/** Subtracts the shift from the first planes, of u and v in turns. */
function takeOff(
  { height, width, data }: FeatureMap,
  planes: number,
  shift: readonly [number, number],
): void {
  const size = height * width;
  for (let k = 0; k < planes; k++) for (let i = k * size; i < (k + 1) * size; i++) data[i] -= shift[k % 2];
}
