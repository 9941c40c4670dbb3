import type { FeatureMap } from '../../../kernels/types.ts';
import { dominantMotion } from './dominant-motion.ts';

/** Side of the square that is averaged, twice. */
const SIDE = 5;

/** Keeps the mean of nothing at zero. */
const LEAST_CONFIDENCE = 1e-3;

/** Two planes of marks tell the judge where a candidate comes from. */
export const KINDS = { match: [1, 0], surroundings: [0, 0], shared: [1, 1], initial: [0, 1] } as const;

/** A flow that cells may start from. */
export interface Candidate {
  /** u and v in cells. */
  readonly flow: FeatureMap;
  /** One of `KINDS`. */
  readonly kind: readonly number[];
}

/**
 * What to choose from: the match itself, the sure matches around, the motion that most of them share; and after an earlier
 * pass what that found, and the motion that most of it shares.
 */
export function listCandidates(
  match: FeatureMap,
  confidence: Float32Array,
  shared: FeatureMap,
  before?: FeatureMap,
): Candidate[] {
  const own: Candidate[] = [
    { flow: match, kind: KINDS.match },
    { flow: surroundings(match, confidence), kind: KINDS.surroundings },
    { flow: shared, kind: KINDS.shared },
  ];
  if (!before) return own;
  const everywhere = new Float32Array(confidence.length).fill(1);
  return [
    ...own,
    { flow: before, kind: KINDS.initial },
    { flow: dominantMotion(before, everywhere), kind: KINDS.shared },
  ];
}

/** A candidate with what the judge thinks of it in each cell. */
export interface ScoredFlow {
  readonly flow: FeatureMap;
  readonly score: Float32Array;
}

/** In each cell the flow of the highest score, the first of equal ones: two planes, new ones. */
export function chooseByScore([first, ...others]: readonly ScoredFlow[]): FeatureMap {
  const size = first.score.length;
  const data = first.flow.data.slice();
  const best = first.score.slice();
  for (const { flow, score } of others)
    for (let i = 0; i < size; i++)
      if (score[i] > best[i]) {
        best[i] = score[i];
        data[i] = flow.data[i];
        data[size + i] = flow.data[size + i];
      }
  return { ...first.flow, data };
}

/**
 * The mean of the matches around each cell, over some 9 x 9 cells, weighted by their confidence.
 *
 * @param match u and v in cells
 * @param confidence of the match, 0 to 1; where it is 0 all around, there is no flow
 * @returns two planes, new ones
 */
export function surroundings({ height, width, data }: FeatureMap, confidence: Float32Array): FeatureMap {
  const size = height * width;
  const blur = (plane: Float32Array) => averageAround(averageAround(plane, height, width), height, width);
  const weight = blur(confidence);
  const out = new Float32Array(2 * size);
  for (const from of [0, size]) {
    const sum = blur(data.subarray(from, from + size).map((value, i) => value * confidence[i]));
    for (let i = 0; i < size; i++) out[from + i] = sum[i] / (weight[i] + LEAST_CONFIDENCE);
  }
  return { channels: 2, height, width, data: out };
}

/** The mean of 5 x 5 cells; what lies outside the map counts as zero. */
function averageAround(plane: Float32Array, height: number, width: number): Float32Array {
  const rows = sumAround(plane, height, width, 1, width);
  return sumAround(rows, width, height, width, 1).map((sum) => sum / (SIDE * SIDE));
}

/** Sums of five neighbours along one axis of `count` cells, `step` apart, on each of `lines` lines. */
function sumAround(
  plane: Float32Array,
  lines: number,
  count: number,
  step: number,
  lineStep: number,
): Float32Array {
  const out = new Float32Array(plane.length);
  const reach = (SIDE - 1) / 2;
  for (let line = 0; line < lines; line++)
    for (let i = 0; i < count; i++) {
      let sum = 0;
      const end = Math.min(count - 1, i + reach);
      for (let k = Math.max(0, i - reach); k <= end; k++) sum += plane[line * lineStep + k * step];
      out[line * lineStep + i * step] = sum;
    }
  return out;
}
