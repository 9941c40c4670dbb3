import type { MatchResult } from '../../../kernels/match/index.ts';
import type { FeatureMap } from '../../../kernels/types.ts';
import { Mosaic, followFlow, planTiles } from '../tiles/index.ts';
import { cropFlowData, cropPlanes, interleave } from '../field/index.ts';
import type { Window } from '../field/index.ts';
import type { Size } from '../../core/index.ts';

/** Longest side of a window of A, in cells, and how much farther to each side its window of B goes. */
const [WINDOW, MARGIN] = [16, 4];

/**
 * Matches two maps of one size. Where an earlier pass has found a flow, large maps are matched window by window: each window
 * of A meets a larger one of B, about where the flow mostly leads. Of few cells fewer look alike by chance, and the work, which grows
 * with the square of the cells, stays in bounds.
 *
 * @param before what an earlier pass has found, u and v in cells
 * @param match of two maps
 */
export async function matchInWindows(
  a: FeatureMap,
  b: FeatureMap,
  before: FeatureMap | undefined,
  match: (a: FeatureMap, b: FeatureMap) => Promise<MatchResult>,
): Promise<MatchResult> {
  if (!before || Math.max(a.height, a.width) <= WINDOW) return match(a, b);
  const plan = planTiles(a, WINDOW);
  const mosaic = new Mosaic(plan, 1);
  const flow = { ...before, data: interleave(before) };
  for (const window of plan.windows) {
    const windowB = enlarge(followFlow(cropFlowData(flow, window), window, a), a);
    const found = await match(cropPlanes(a, window), cropPlanes(b, windowB));
    const { height, width } = window;
    const size = height * width;
    const planes = found.flow.slice();
    for (let i = 0; i < size; i++) {
      planes[i] += windowB.left - window.left;
      planes[size + i] += windowB.top - window.top;
    }
    mosaic.add(window, {
      flow: { channels: 2, height, width, data: planes },
      confidence: { channels: 1, height, width, data: found.confidence },
    });
  }
  return { flow: mosaic.maps.flow.data, confidence: mosaic.maps.confidence.data };
}

/** By the margin on every side, as far as the map goes; near its border by more on the other side. */
function enlarge({ left, top, width, height }: Window, map: Size): Window {
  const [wide, high] = [Math.min(width + 2 * MARGIN, map.width), Math.min(height + 2 * MARGIN, map.height)];
  const within = (start: number, length: number, size: number): number =>
    Math.min(Math.max(start - MARGIN, 0), size - length);
  return {
    left: within(left, wide, map.width),
    top: within(top, high, map.height),
    width: wide,
    height: high,
  };
}
