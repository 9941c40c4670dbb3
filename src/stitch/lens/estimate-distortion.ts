import { applyHomography, multiply3 } from '../../core/index.ts';
import type { Matrix3 } from '../../core/index.ts';
import { pixelToRay, rayToPixel, solveSymmetric, spreadPoints } from '../cameras/index.ts';
import type { StitchPair, View } from '../types.ts';
import { idealRadius, lensUnit } from './distort.ts';

/** Pairs that are asked, those of most inliers, and matches of each. */
const [MOST_PAIRS, MOST_POINTS] = [12, 100];
/** With fewer inliers a pair says nothing of the lens. */
const FEWEST = 20;
/** Scales of the loss, in pixels of the images that were matched, from what a bent homography misses to what noise does. */
const SCALES = [8, 3, 1.5];
const STEPS = 4;
/** A distortion that moves a point at the middle of the short edges by fewer pixels than this is none. */
const LEAST_PIXELS = 1.5;
/**
 * The loss of all pairs together must fall below this share of that without distortion (parallax alone brings it to 0.75), and
 * that of most pairs must fall.
 */
const [LEAST_GAIN, MOST_LOSING] = [0.7, 0.25];
/** Lenses bend no more than this, and pincushions less. */
const [BARREL, PINCUSHION] = [-0.45, 0.15];

/** One pair's matches about the middles of its images in units of the lens, and the map between them. */
interface LensPair {
  readonly from: Float64Array;
  readonly to: Float64Array;
  /** Pixels of the images that were matched a unit. */
  readonly scale: number;
  readonly homography: Matrix3;
}

/**
 * The distortion that all images share, or 0 where the pairs do not ask for one: free homographies of the strongest
 * pairs and one distortion are adjusted together (Gauss-Newton on Cauchy's loss), all matches of a pair taking part,
 * since those that agree with a homography of bent images are only those near the middle of what they share.
 *
 * @returns as of `LensSize`
 * @example
 * import { estimateDistortion, register } from 'whither/stitch';
 *
 * const { views, pairs } = await register(sources, { lens: false });
 * const distortion = estimateDistortion(
 *   views.map(({ view }) => view),
 *   pairs,
 * );
 */
export function estimateDistortion(views: readonly View[], pairs: readonly StitchPair[]): number {
  const asked = pairs
    .filter(({ verified, inliers }) => verified && inliers.scores.length >= FEWEST)
    .sort((p, q) => q.inliers.scores.length - p.inliers.scores.length)
    .slice(0, MOST_PAIRS)
    .map((pair) => lensPair(views, pair));
  if (!asked.length) return 0;
  const matters = (distortion: number): boolean =>
    Math.abs(distortion) * Math.max(...asked.map(({ scale }) => scale)) >= LEAST_PIXELS;
  const bent = settle({ pairs: asked, distortion: 0 }, true, matters);
  const { distortion } = bent;
  if (!matters(distortion) || distortion < BARREL || distortion > PINCUSHION) return 0;
  const plain = settle({ pairs: asked, distortion: 0 }, false);
  return gains(plain.pairs, bent.pairs, distortion) ? distortion : 0;
}

/** Whether the distortion explains the matches much better, and not those of a few pairs only. */
function gains(plain: readonly LensPair[], bent: readonly LensPair[], distortion: number): boolean {
  const losses = plain.map((pair, k) => compareLosses(errorsOf(pair, 0), errorsOf(bent[k], distortion)));
  const losing = losses.filter(([before, after]) => after > before).length;
  const [before, after] = [0, 1].map((k) => sum(losses.map((loss) => loss[k])));
  return after < LEAST_GAIN * before && losing <= MOST_LOSING * losses.length;
}

/** Cauchy's losses of two fits, of the matches that one of them explains at least roughly. */
function compareLosses(before: Float64Array, after: Float64Array): [before: number, after: number] {
  const [rough, scale] = [1.5 * SCALES[0], SCALES[SCALES.length - 1]];
  const losses: [number, number] = [0, 0];
  for (let i = 0; i < before.length; i++) {
    if (!(Math.min(before[i], after[i]) < rough)) continue;
    [before[i], after[i]].forEach(
      (error, k) => (losses[k] += Math.log1p((Math.min(error, rough) / scale) ** 2)),
    );
  }
  return losses;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function lensPair(views: readonly View[], { a, b, matches, homography }: StitchPair): LensPair {
  const [viewA, viewB] = [views[a], views[b]];
  const [unitA, unitB] = [lensUnit(viewA), lensUnit(viewB)];
  const close = matches.scores.length > MOST_POINTS ? spreadPoints(matches, MOST_POINTS) : matches;
  return {
    from: centred(close.pointsA, viewA, unitA),
    to: centred(close.pointsB, viewB, unitB),
    scale: unitB * viewB.scale,
    homography: multiply3(pixelToRay(unitB, viewB), multiply3(homography!, rayToPixel(unitA, viewA))),
  };
}

function centred(points: Float64Array, { width, height }: View, unit: number): Float64Array {
  const middle = [(width - 1) / 2, (height - 1) / 2];
  return points.map((value, i) => (value - middle[i & 1]) / unit);
}

/** Pairs and the distortion that they share. */
interface LensState {
  readonly pairs: readonly LensPair[];
  readonly distortion: number;
}

/** @param goesOn asked after the coarsest scale whether the finer ones are worth their while */
function settle(
  start: LensState,
  free: boolean,
  goesOn: (distortion: number) => boolean = () => true,
): LensState {
  let state = start;
  for (const scale of SCALES) {
    for (let step = 0; step < STEPS; step++) state = advance(state, scale, free);
    if (!goesOn(state.distortion)) break;
  }
  return state;
}

/** One step of all homographies and, where it is free, of the distortion (by the Schur complement of each pair). */
function advance({ pairs, distortion }: LensState, scale: number, free: boolean): LensState {
  const systems = pairs.map((pair) => reduce(linearize(pair, distortion, scale)));
  const curvature = sum(systems.map((system) => system.curvature));
  const slope = sum(systems.map((system) => system.slope));
  const wanted = free && curvature > 0 ? -slope / curvature : 0;
  const change = Math.max(-MOST_STEP, Math.min(MOST_STEP, wanted));
  const moved = pairs.map((pair, k) => ({
    ...pair,
    homography: moveBy(pair.homography, systems[k], change),
  }));
  return {
    pairs: moved,
    distortion: Math.max(BARREL - 0.05, Math.min(PINCUSHION + 0.05, distortion + change)),
  };
}

/** The distortion changes by no more than this at a step. */
const MOST_STEP = 0.08;
/** Free entries of a homography, and with the distortion. */
const [ENTRIES, COLUMNS] = [8, 9];

/** Normal equations of a pair: a row and a column each entry, the last of the distortion. */
interface Normal {
  readonly matrix: Float64Array;
  readonly right: Float64Array;
}

function linearize(
  { from, to, scale, homography: h }: LensPair,
  distortion: number,
  lossScale: number,
): Normal {
  const matrix = new Float64Array(COLUMNS * COLUMNS);
  const right = new Float64Array(COLUMNS);
  const [source, target] = [new Float64Array(4), new Float64Array(4)];
  const [rowX, rowY] = [new Float64Array(COLUMNS), new Float64Array(COLUMNS)];
  for (let i = 0; i < from.length; i += 2) {
    bend(distortion, from[i], from[i + 1], source);
    bend(distortion, to[i], to[i + 1], target);
    const [x, y] = source;
    const w = h[6] * x + h[7] * y + h[8];
    if (!(w > 1e-6)) continue;
    const px = (h[0] * x + h[1] * y + h[2]) / w;
    const py = (h[3] * x + h[4] * y + h[5]) / w;
    const [ex, ey] = [px - target[0], py - target[1]];
    const weight = 1 / (1 + ((ex * ex + ey * ey) * scale * scale) / (lossScale * lossScale));
    rowX.set([x / w, y / w, 1 / w, 0, 0, 0, (-px * x) / w, (-px * y) / w]);
    rowY.set([0, 0, 0, x / w, y / w, 1 / w, (-py * x) / w, (-py * y) / w]);
    const [dx, dy] = [source[2], source[3]];
    rowX[8] = ((h[0] - px * h[6]) * dx + (h[1] - px * h[7]) * dy) / w - target[2];
    rowY[8] = ((h[3] - py * h[6]) * dx + (h[4] - py * h[7]) * dy) / w - target[3];
    for (let r = 0; r < COLUMNS; r++) {
      right[r] += weight * (rowX[r] * ex + rowY[r] * ey);
      for (let c = 0; c <= r; c++)
        matrix[r * COLUMNS + c] += weight * (rowX[r] * rowX[c] + rowY[r] * rowY[c]);
    }
  }
  return { matrix, right };
}

/** The ideal place of a point, and how it moves with the distortion: x, y, dx, dy. */
function bend(distortion: number, x: number, y: number, out: Float64Array): void {
  const shown = Math.sqrt(x * x + y * y);
  const r = idealRadius(distortion, shown);
  const factor = shown > 0 ? r / shown : 1;
  // From r (1 + k r^2) = shown.
  const change = (-r * r) / Math.max(1 + 3 * distortion * r * r, 0.05);
  out[0] = x * factor;
  out[1] = y * factor;
  out[2] = out[0] * change;
  out[3] = out[1] * change;
}

/** What a pair says of the distortion once its homography follows, and how that follows. */
interface Reduced {
  readonly curvature: number;
  readonly slope: number;
  /** The homography's own step, and what a unit of distortion adds to it; null where the matches do not settle it. */
  readonly step: Float64Array | null;
  readonly follow: Float64Array | null;
}

function reduce({ matrix, right }: Normal): Reduced {
  const own = new Float64Array(ENTRIES * ENTRIES);
  for (let r = 0; r < ENTRIES; r++)
    for (let c = 0; c <= r; c++)
      own[r * ENTRIES + c] = matrix[r * COLUMNS + c] * (r === c ? 1 + 1e-6 : 1) + (r === c ? 1e-12 : 0);
  const cross = matrix.slice(ENTRIES * COLUMNS, ENTRIES * COLUMNS + ENTRIES);
  const step = solveSymmetric(own, right.subarray(0, ENTRIES), ENTRIES);
  const follow = solveSymmetric(own, cross, ENTRIES);
  if (!step || !follow) return { curvature: 0, slope: 0, step: null, follow: null };
  const along = (values: Float64Array): number =>
    cross.reduce((total, value, k) => total + value * values[k], 0);
  const curvature = matrix[COLUMNS * COLUMNS - 1] - along(follow);
  return { curvature, slope: right[ENTRIES] - along(step), step, follow };
}

function moveBy(homography: Matrix3, { step, follow }: Reduced, change: number): Matrix3 {
  if (!step || !follow) return homography;
  return homography.map((value, k) =>
    k < ENTRIES ? value - step[k] - change * follow[k] : value,
  ) as unknown as Matrix3;
}

/** How far from each other matches lie, in pixels of the images that were matched. */
function errorsOf({ from, to, scale, homography }: LensPair, distortion: number): Float64Array {
  const [source, target] = [new Float64Array(4), new Float64Array(4)];
  const errors = new Float64Array(from.length / 2);
  for (let i = 0; i < from.length; i += 2) {
    bend(distortion, from[i], from[i + 1], source);
    bend(distortion, to[i], to[i + 1], target);
    const [x, y] = applyHomography(homography, source[0], source[1]);
    errors[i / 2] = Math.hypot(x - target[0], y - target[1]) * scale || 0;
  }
  return errors;
}
