import { averageSquares, padPlanes } from '../../../kernels/resample/index.ts';
import type { MatchResult } from '../../../kernels/match/index.ts';
import type { FeatureMap } from '../../../kernels/types.ts';
import { checkFinite } from '../../runtime/index.ts';
import { dominantMotion } from './dominant-motion.ts';
import { volumeMap } from './engine-network.ts';
import { checkOutputMap } from './graph.ts';
import { matchInWindows } from './match-windows.ts';
import type { PyramidNetwork } from './pyramid-kernels.ts';
import type { PyramidRun } from './pyramid-level.ts';
import type { PyramidState } from './pyramid-state.ts';

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

/**
 * Where the decoder starts: in each cell at the candidate that the judge believes in most.
 *
 * @param initial flow that it may start from, in pixels of the input
 */
export async function startPyramid(
  pyramid: PyramidNetwork,
  run: PyramidRun,
  initial: FeatureMap | undefined,
): Promise<PyramidState> {
  const [a, b] = [run.a.features0, run.b.features0];
  const { height, width } = a;
  const before = initial && toCells(initial, width, height, pyramid.shape.strides[0]);
  const match = await matchInWindows(a, b, before, (partA, partB) => matchMaps(pyramid, partA, partB));
  const found: FeatureMap = { channels: 2, height, width, data: checkFinite(match.flow, 'features0') };
  const confidence: FeatureMap = { channels: 1, height, width, data: match.confidence };
  const shared = dominantMotion(found, match.confidence);
  const candidates = listCandidates(found, match.confidence, shared, before);
  return {
    level: 0,
    flow: chooseByScore(await judge(pyramid, run, candidates, confidence)),
    match: join([found, shared, confidence]),
    hidden: run.a.start,
  };
}

async function matchMaps(
  { kernels, shape }: PyramidNetwork,
  a: FeatureMap,
  b: FeatureMap,
): Promise<MatchResult> {
  const { matching } = await kernels.matchings.get(a, b);
  return matching.run(a, b, shape.sharpness);
}

/** What the judge thinks of each candidate. */
async function judge(
  { graphs, kernels }: PyramidNetwork,
  { a, b, signal }: PyramidRun,
  candidates: readonly Candidate[],
  confidence: FeatureMap,
): Promise<ScoredFlow[]> {
  const { height, width } = a.features0;
  const { lookup, volume } = await kernels.lookups.get(a.features0);
  lookup.load(a.features0, b.features0);
  const scored: ScoredFlow[] = [];
  for (const { flow, kind } of candidates) {
    signal?.throwIfAborted();
    const correlation = volumeMap(lookup.lookup(flow.data, volume));
    const marks = fillPlanes(kind, height, width);
    const { score } = await graphs.judge.run({
      ...{ correlation, context: a.context0, flow, confidence, kind: marks },
    });
    checkOutputMap(score, [1, height, width], 'score');
    scored.push({ flow, score: checkFinite(score.data, 'score') });
  }
  return scored;
}

/** Flow in pixels of an image, which may lack the padding, to flow in cells of `stride` pixels. */
function toCells(flow: FeatureMap, columns: number, rows: number, stride: number): FeatureMap {
  const padded = padPlanes(flow, stride);
  const cells = averageSquares({ ...padded, height: rows * stride, width: columns * stride }, stride);
  return { ...cells, data: cells.data.map((pixels) => pixels / stride) };
}

/** All planes of maps of one size. */
function join(maps: readonly FeatureMap[]): FeatureMap {
  const { height, width } = maps[0];
  const channels = maps.reduce((sum, map) => sum + map.channels, 0);
  const data = new Float32Array(channels * height * width);
  let offset = 0;
  for (const map of maps) {
    data.set(map.data, offset);
    offset += map.data.length;
  }
  return { channels, height, width, data };
}

/** Planes of one value each. */
function fillPlanes(values: readonly number[], height: number, width: number): FeatureMap {
  const data = new Float32Array(values.length * height * width);
  for (const [plane, value] of values.entries())
    data.fill(value, plane * height * width, (plane + 1) * height * width);
  return { channels: values.length, height, width, data };
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
