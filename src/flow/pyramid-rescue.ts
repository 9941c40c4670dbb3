import type { FeatureMap } from '../../kernels/types.ts';

/** Cells by which a match has to differ from the flow before it takes its place: below, the flow is the more exact. */
const DISTANCE = 2;

/** Confidence that a match needs at least to take the place of the flow. */
const LEAST_SURE = 0.1;

/** Of the confidence that the flow came with, which a match has to exceed on top. */
const DOUBT_SHARE = 0.3;

/** Flow, u and v in cells, with a confidence from 0 to 1, one plane of the same size. */
export interface SureFlow {
  readonly flow: FeatureMap;
  readonly confidence: FeatureMap;
}

/**
 * Flow of a coarser level, in which small things that move far are lost, with the matches of this level in place of
 * what they differ from where they are sure.
 *
 * @returns new maps
 */
export function rescueMatches(before: SureFlow, match: SureFlow): SureFlow {
  const { height, width } = before.flow;
  const size = height * width;
  const flow = before.flow.data.slice();
  const confidence = before.confidence.data.slice();
  const [found, sure] = [match.flow.data, match.confidence.data];
  for (let i = 0; i < size; i++) {
    const distance = Math.hypot(found[i] - flow[i], found[i + size] - flow[i + size]);
    if (!(distance > DISTANCE && sure[i] > LEAST_SURE + DOUBT_SHARE * confidence[i])) continue;
    flow[i] = found[i];
    flow[i + size] = found[i + size];
    confidence[i] = sure[i];
  }
  return {
    flow: { channels: 2, height, width, data: flow },
    confidence: { channels: 1, height, width, data: confidence },
  };
}
