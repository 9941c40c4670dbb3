import { averageSquares, padPlanes } from '../../../kernels/resample/index.ts';
import type { MatchResult } from '../../../kernels/match/index.ts';
import type { FeatureMap } from '../../../kernels/types.ts';
import { checkFinite } from '../../runtime/index.ts';
import { dominantMotion } from './dominant-motion.ts';
import { matchInWindows } from './match-windows.ts';
import { checkOutputMap } from './graph.ts';
import type { PyramidNetwork, PyramidRun } from './pyramid-network.ts';

/** Side of the square that is averaged, twice. */
const SIDE = 5;

/** Keeps the mean of nothing at zero. */
const LEAST_CONFIDENCE = 1e-3;

/**
 * What cells may start from, u and v in cells: the match itself, the sure matches around, the motion that most of them
 * share; and after an earlier pass what that found, and the motion that most of it shares.
 */
export function listCandidates(
  match: FeatureMap,
  confidence: Float32Array,
  shared: FeatureMap,
  before?: FeatureMap,
): FeatureMap[] {
  const own = [match, surroundings(match, confidence), shared];
  if (!before) return own;
  const everywhere = new Float32Array(confidence.length).fill(1);
  return [...own, before, dominantMotion(before, everywhere)];
}

/** What is known of a pair before the first step, at the coarsest level. */
export interface PyramidMatch {
  /** The global match, u and v in cells. */
  readonly found: FeatureMap;
  /** The match's confidence, 0 to 1. */
  readonly confidence: FeatureMap;
  /** The motion that most matches share, u and v in cells. */
  readonly shared: FeatureMap;
  /** The initial flow, u and v in cells. */
  readonly before: FeatureMap | undefined;
  /** Of {@link listCandidates}. */
  readonly candidates: readonly FeatureMap[];
}

/**
 * Matches the pair.
 *
 * @param initial flow that the steps may start from, in pixels of the input
 */
export async function matchPair(
  network: PyramidNetwork,
  run: PyramidRun,
  initial: FeatureMap | undefined,
): Promise<PyramidMatch> {
  const [a, b] = [run.a.features0, run.b.features0];
  const { height, width } = a;
  const before = initial && toCells(initial, width, height, network.shape.strides[0]);
  const match = await matchInWindows(a, b, before, (partA, partB) => matchMaps(network, partA, partB));
  const found: FeatureMap = { channels: 2, height, width, data: checkFinite(match.flow, 'features0') };
  const confidence: FeatureMap = { channels: 1, height, width, data: match.confidence };
  const shared = dominantMotion(found, match.confidence);
  const candidates = listCandidates(found, match.confidence, shared, before);
  return { found, confidence, shared, before, candidates };
}

async function matchMaps(
  { kernels, shape }: PyramidNetwork,
  a: FeatureMap,
  b: FeatureMap,
): Promise<MatchResult> {
  const { matching } = await kernels.matchings.get(a, b);
  return matching.run(a, b, shape.sharpness);
}

/** Flow in pixels of an image, which may lack the padding, to flow in cells of `stride` pixels. */
function toCells(flow: FeatureMap, columns: number, rows: number, stride: number): FeatureMap {
  const padded = padPlanes(flow, stride);
  const cells = averageSquares({ ...padded, height: rows * stride, width: columns * stride }, stride);
  return { ...cells, data: cells.data.map((pixels) => pixels / stride) };
}

/** The one plane of a graph's `score`. */
export const checkScore = (score: FeatureMap | undefined, { height, width }: FeatureMap): Float32Array =>
  checkFinite(checkOutputMap(score, [1, height, width], 'score').data, 'score');

/** In each cell the place of the highest score in the list, the first of equal ones. */
export function chooseByScore([first, ...others]: readonly Float32Array[]): Uint8Array {
  const chosen = new Uint8Array(first.length);
  const best = first.slice();
  for (const [k, score] of others.entries())
    for (let i = 0; i < best.length; i++)
      if (score[i] > best[i]) {
        best[i] = score[i];
        chosen[i] = k + 1;
      }
  return chosen;
}

/** All planes of each cell from the map that was chosen there, a new map. */
export function pick(maps: readonly FeatureMap[], chosen: Uint8Array): FeatureMap {
  const data = new Float32Array(maps[0].data.length);
  for (let offset = 0; offset < data.length; offset += chosen.length)
    for (let i = 0; i < chosen.length; i++) data[offset + i] = maps[chosen[i]].data[offset + i];
  return { ...maps[0], data };
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
