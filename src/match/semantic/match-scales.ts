import { checkAborted, invertHomography, sampleBilinear } from '../../core/index.ts';
import { warpBackward } from '../../../kernels/warp/index.ts';
import type { MatchResult } from '../../../kernels/match/index.ts';
import type { FeatureMap } from '../../../kernels/types.ts';
import { applyWarp, composeWarps, homographyWarp } from '../../geometry/index.ts';
import type { LinearWarp, Warp } from '../../geometry/index.ts';
import type { SemanticFeatures } from './features.ts';
import { fitRobustAffine, supportOf } from './fitted-warp.ts';
import { planeToCells } from './grid.ts';
import { matchCells } from './match-cells.ts';
import type { CellMatches } from './match-cells.ts';
import type { SemanticModel } from './semantic-model.ts';

/** Sizes of B, as A sees it, that are tried: the trunk knows things at one size better than at another. */
const ZOOMS = [1, 0.7, 1.4];

/** Matches, the affine map that most of them follow, and how many do. */
interface Look {
  readonly matches: CellMatches;
  readonly warp: LinearWarp;
  readonly support: number;
}

/**
 * Matches of cells in one look or more. In a second one B is brought onto A by the affine map that the first has found, the
 * trunk describes that image, and the matches to it are taken back through the map: the same things are then at the same
 * places, sizes and angles. (CNNGeometric looks again at a warped image too, Rocco 2017, section 3.3.) As a first look
 * may be led astray where sizes differ, B is looked at as three sizes, twice each, and what agrees best then goes on:
 * after one look alone the three do not compare, as each sees another part of B.
 *
 * @param looks 1 or more
 * @param signal ends the work between two looks
 */
export async function matchInLooks(
  model: SemanticModel,
  a: SemanticFeatures,
  b: SemanticFeatures,
  looks: number,
  signal?: AbortSignal,
): Promise<CellMatches> {
  const { cells } = model.manifest;
  const plain = await matchCells(model, a, b);
  if (looks === 1) return plain;
  const seconds: Look[] = [];
  for (const zoom of ZOOMS) {
    await checkAborted(signal);
    const first = zoom === 1 ? judge(plain, cells) : await lookThrough(model, a, b, zoomWarp(zoom));
    seconds.push(await lookAgain(model, a, b, first));
  }
  let best = seconds.reduce((most, look) => (look.support > most.support ? look : most));
  for (let look = 2; look < looks; look++) {
    await checkAborted(signal);
    best = await lookAgain(model, a, b, best);
  }
  return best.matches;
}

/** A look through the warp that the one before has found, where that is of use. */
const lookAgain = async (
  model: SemanticModel,
  a: SemanticFeatures,
  b: SemanticFeatures,
  before: Look,
): Promise<Look> => (isUsable(before.warp) ? lookThrough(model, a, b, before.warp) : before);

/** Whether a warp neither flattens the image nor makes it more than four times as wide or narrow. */
function isUsable({ matrix: [a, b, , d, e] }: LinearWarp): boolean {
  const area = Math.abs(a * e - b * d);
  return area > 1 / 16 && area < 16;
}

const zoomWarp = (scale: number): LinearWarp => homographyWarp([scale, 0, 0, 0, scale, 0, 0, 0, 1]);

function judge(matches: CellMatches, cells: number): Look {
  const warp = fitRobustAffine(matches.ab, cells);
  return { matches, warp, support: supportOf(warp, matches.ab, cells) };
}

/** One look at B as a warp from A's plane to B's brings it onto A. */
async function lookThrough(
  model: SemanticModel,
  a: SemanticFeatures,
  b: SemanticFeatures,
  warp: LinearWarp,
): Promise<Look> {
  const { cells } = model.manifest;
  const seen = hideOutside(await model.describe(bringPlanes(b.planes, warp), b), warp);
  const { ab, ba, backend } = await matchCells(model, a, seen);
  const matches = { ab: moveEnds(ab, cells, warp), ba: moveStarts(ba, cells, warp), backend };
  return judge(matches, cells);
}

/** A warp of planes -1..1 as one of the cells, or pixels, of square grids whose corners lie on the plane's. */
const onGrid = (warp: Warp, side: number): Warp =>
  composeWarps(
    homographyWarp(planeToCells(side)),
    composeWarps(warp, homographyWarp(invertHomography(planeToCells(side)))),
  );

/** Cells of a square grid, x and y interleaved. */
const cellsOf = (side: number): number[] =>
  Array.from({ length: 2 * side * side }, (_, k) => (k % 2 ? Math.floor((k >> 1) / side) : (k >> 1) % side));

/** A square image seen through a warp; its border goes on outside. */
function bringPlanes(planes: FeatureMap, warp: Warp): FeatureMap {
  const last = planes.width - 1;
  const pixels = cellsOf(planes.width);
  const places = applyWarp(onGrid(warp, planes.width), pixels);
  const flow = Float32Array.from(places, (place, k) => Math.min(Math.max(place, 0), last) - pixels[k]);
  return warpBackward(planes, flow);
}

/** Half a pixel of the trunk's image or so, in cells: what lies on the border is inside. */
const MARGIN = 0.1;

/** Features that say nothing where the warp looks past the image. */
function hideOutside(features: SemanticFeatures, warp: Warp): SemanticFeatures {
  const { channels, height, width, data } = features.map;
  const places = applyWarp(onGrid(warp, width), cellsOf(width));
  const inside = (value: number): boolean => value >= -MARGIN && value <= width - 1 + MARGIN;
  const seen = features.texture.map((_, i) => (inside(places[2 * i]) && inside(places[2 * i + 1]) ? 1 : 0));
  const map = { channels, height, width, data: data.map((value, k) => value * seen[k % seen.length]) };
  return { ...features, map, texture: features.texture.map((value, i) => value * seen[i]) };
}

/** Matches to cells of the warped image as matches to cells of the image itself. */
function moveEnds({ flow, confidence }: MatchResult, cells: number, warp: Warp): MatchResult {
  const count = cells * cells;
  const starts = cellsOf(cells);
  const ends = applyWarp(
    onGrid(warp, cells),
    starts.map((value, k) => value + flow[(k % 2) * count + (k >> 1)]),
  );
  return { flow: planar(ends, starts), confidence };
}

/**
 * Matches from cells of the warped image as matches from cells of the image itself, bilinearly. Cells that the warped
 * image does not show go where the warp says, with confidence 0.
 */
function moveStarts({ flow, confidence }: MatchResult, cells: number, warp: LinearWarp): MatchResult {
  const count = cells * cells;
  const starts = cellsOf(cells);
  const ends = applyWarp(onGrid(homographyWarp(invertHomography(warp.matrix)), cells), starts);
  const sure = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const [x, y] = [ends[2 * i], ends[2 * i + 1]];
    if (!(x >= 0 && y >= 0 && x <= cells - 1 && y <= cells - 1)) continue;
    const read = (data: Float32Array): number => sampleBilinear({ width: cells, height: cells, data }, x, y);
    ends[2 * i] += read(flow);
    ends[2 * i + 1] += read(flow.subarray(count));
    sure[i] = read(confidence);
  }
  return { flow: planar(ends, starts), confidence: sure };
}

/** Displacements of points, all x first, then all y. */
function planar(ends: ArrayLike<number>, starts: ArrayLike<number>): Float32Array {
  const count = starts.length / 2;
  return Float32Array.from({ length: starts.length }, (_, k) => {
    const at = 2 * (k % count) + (k < count ? 0 : 1);
    return ends[at] - starts[at];
  });
}
