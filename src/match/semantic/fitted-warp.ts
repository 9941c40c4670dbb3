import { IDENTITY, ShapeError, createCorrespondences } from '../../core/index.ts';
import type { MatchResult } from '../../../kernels/match/index.ts';
import { applyWarp, fitModel, fitWarp, homographyWarp, solveModel } from '../../geometry/index.ts';
import type { LinearWarp, Warp } from '../../geometry/index.ts';

/** How far in the plane -1..1 a match may lie from the warp before it counts less than half. */
const TOLERANCE = 0.12;
/** Rounds of least squares with weights by the error before. */
const ROUNDS = 8;
/** Of the spline, on controls in a plane of its own scale. */
const SMOOTHING = 0.5;

/** A match of cells as points of the planes -1..1 and weights. */
interface Points {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly weights: Float64Array;
}

/**
 * One warp from A's plane to B's for the matches of all cells: an affine map (`fitRobustAffine`), then a smooth spline
 * through the matches that are not far from it.
 *
 * @param cells of A and of B to a side
 */
export function fitSemanticWarp(match: MatchResult, cells: number, kind: 'affine' | 'tps'): Warp {
  const affine = fitRobustAffine(match, cells);
  if (kind === 'affine') return affine;
  const points = toPlane(match, cells);
  const near = thinOut(points, residuals(affine, points), cells);
  try {
    return fitWarp('thin-plate', near.a, near.b, SMOOTHING);
  } catch (error) {
    // Too few matches agree, or all lie on one line: what is left is the affine map.
    if (error instanceof ShapeError) return affine;
    throw error;
  }
}

function toPlane({ flow, confidence }: MatchResult, cells: number): Points {
  const [count, scale] = [cells * cells, 2 / (cells - 1)];
  const [a, b] = [new Float64Array(2 * count), new Float64Array(2 * count)];
  for (let i = 0; i < count; i++) {
    const [x, y] = [i % cells, Math.floor(i / cells)];
    a.set([x * scale - 1, y * scale - 1], 2 * i);
    b.set([(x + flow[i]) * scale - 1, (y + flow[count + i]) * scale - 1], 2 * i);
  }
  // A little for each: without texture there is still one answer, to stay.
  return { a, b, weights: Float64Array.from(confidence, (value) => value + 1e-3) };
}

/** Matches below this confidence do not take part in the search. */
const UNSURE = 0.02;
/** Most samples of the search. */
const SAMPLES = 2000;

/**
 * The affine map from A's plane to B's that most matches of cells follow: by samples of three matches and local
 * optimisation (`fitModel`), then by least squares in which matches that miss it count less each round (Geman and McClure).
 */
export function fitRobustAffine(match: MatchResult, cells: number): LinearWarp {
  const points = toPlane(match, cells);
  return refineAffine(points, searchAffine(points));
}

/** Null where no map stands out from chance. */
function searchAffine({ a, b, weights }: Points): LinearWarp | null {
  const sure = (_: number, k: number): boolean => weights[k >> 1] > UNSURE;
  const scores = weights.filter((weight) => weight > UNSURE);
  const correspondences = createCorrespondences(a.filter(sure), b.filter(sure), scores, 'semantic');
  const { matrix } = fitModel('affine', correspondences, { threshold: TOLERANCE, maxIterations: SAMPLES });
  return matrix && homographyWarp(matrix);
}

function refineAffine(points: Points, start: LinearWarp | null): LinearWarp {
  let warp: LinearWarp = start ?? homographyWarp(IDENTITY);
  let weights = start ? reweigh(points, warp, TOLERANCE) : points.weights;
  for (let round = 0; round < ROUNDS; round++) {
    const matrix = solveModel('affine', points.a, points.b, weights);
    if (!matrix) return warp;
    warp = homographyWarp(matrix);
    // Without a start wide at first, then narrower, so that the first fit does not decide.
    weights = reweigh(points, warp, TOLERANCE * (start ? 1 : Math.max(1, 4 - round)));
  }
  return warp;
}

function reweigh(points: Points, warp: Warp, reach: number): Float64Array {
  const errors = residuals(warp, points);
  return points.weights.map((weight, i) => weight / (1 + (errors[i] / reach) ** 2) ** 2);
}

/** How much follows a warp: the sum of the confidences of the matches, less what they miss it by. */
export function supportOf(warp: Warp, match: MatchResult, cells: number): number {
  const points = toPlane(match, cells);
  const errors = residuals(warp, points);
  return points.weights.reduce(
    (sum, weight, i) => sum + weight * Math.max(0, 1 - errors[i] / (2 * TOLERANCE)) ** 2,
    0,
  );
}

function residuals(warp: Warp, { a, b }: Points): Float64Array {
  const moved = applyWarp(warp, a);
  return Float64Array.from({ length: a.length / 2 }, (_, i) =>
    Math.hypot(moved[2 * i] - b[2 * i], moved[2 * i + 1] - b[2 * i + 1]),
  );
}

/** Every second cell each way whose match is sure enough and not far from the affine map. */
function thinOut(
  { a, b, weights }: Points,
  errors: Float64Array,
  cells: number,
): { a: number[]; b: number[] } {
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  const [left, right]: [number[], number[]] = [[], []];
  for (let i = 0; i < weights.length; i++) {
    if ((i % cells) % 2 || Math.floor(i / cells) % 2) continue;
    if (weights[i] < mean / 2 || errors[i] > 3 * TOLERANCE) continue;
    left.push(a[2 * i], a[2 * i + 1]);
    right.push(b[2 * i], b[2 * i + 1]);
  }
  return { a: left, b: right };
}
