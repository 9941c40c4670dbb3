import type { MatchResult } from '../../kernels/match/index.ts';
import type { FeatureMap } from '../../kernels/types.ts';
import { Mosaic } from './mosaic.ts';
import { followFlow } from './tile-pair.ts';
import { planTiles } from './tile-plan.ts';
import { cropPlanes } from './window.ts';

/** Longest side of a window, in cells. */
const WINDOW = 24;

/**
 * Matches two maps of one size. Where an earlier pass has found a flow, large maps are matched window by window: each window
 * of A meets that window of B where the flow mostly leads. Of few cells fewer look alike by chance, and the work, which grows
 * with the square of the cells, stays in bounds.
 *
 * @param before what an earlier pass has found, u and v in cells
 * @param match of maps of one size
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
  for (const window of plan.windows) {
    const windowB = followFlow(pairsOf(cropPlanes(before, window)), window, a);
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

/** u and v side by side. */
function pairsOf({ height, width, data }: FeatureMap): Float32Array {
  const size = height * width;
  const out = new Float32Array(2 * size);
  for (let i = 0; i < size; i++) {
    out[2 * i] = data[i];
    out[2 * i + 1] = data[size + i];
  }
  return out;
}
