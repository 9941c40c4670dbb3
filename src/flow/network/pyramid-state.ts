import type { FeatureMap } from '../../../kernels/types.ts';
import { resizePlanes } from '../../../kernels/resample/index.ts';
import { cropPlanes } from '../field/index.ts';
import type { Window } from '../field/index.ts';

/** What a step sees beside the flow so far: flows, u and v in cells, then other planes such as the match's confidence. */
export interface Guides extends FeatureMap {
  /** How many flows there are, of two planes each. */
  readonly flows: number;
}

/** What is known before a step at a level of a pyramid, all of it on the level's grid. */
export interface PyramidState {
  /** From 0, the coarsest. */
  level: number;
  /** Steps that were taken at the level. */
  steps: number;
  /** u and v in cells. */
  flow: FeatureMap;
  /** The logit of having no counterpart in B, one plane: zeros before the first step. */
  logit: FeatureMap;
  guides: Guides;
  /** What the steps remember. */
  hidden: FeatureMap;
}

/** One plane of zeros, of the size of a map. */
export const noLogit = ({ height, width }: FeatureMap): FeatureMap => ({
  ...{ channels: 1, height, width },
  data: new Float32Array(height * width),
});

/** The guides on a grid twice as fine, the flows in its cells. */
export function toFinerCells(guides: Guides, width: number, height: number): Guides {
  const finer = resizePlanes(guides, width, height);
  for (let i = 0; i < 2 * guides.flows * height * width; i++) finer.data[i] *= 2;
  return { ...finer, flows: guides.flows };
}

/**
 * What a window of A has of the state of the whole, seen from a window of B.
 *
 * @param window in cells of the level
 * @param shift from the window of A to that of B, in cells along x and y
 */
export function cropState(
  { level, steps, flow, logit, guides, hidden }: PyramidState,
  window: Window,
  shift: readonly [number, number],
): PyramidState {
  const crop = (map: FeatureMap): FeatureMap => cropPlanes(map, window);
  const own = { flow: crop(flow), guides: { ...crop(guides), flows: guides.flows } };
  takeOff(own.flow, 1, shift);
  takeOff(own.guides, guides.flows, shift);
  return { level, steps, ...own, logit: crop(logit), hidden: crop(hidden) };
}

/** Subtracts the shift from the first flows of a map. */
function takeOff({ height, width, data }: FeatureMap, flows: number, shift: readonly [number, number]): void {
  const size = height * width;
  for (let k = 0; k < 2 * flows; k++) for (let i = k * size; i < (k + 1) * size; i++) data[i] -= shift[k % 2];
}
