import { Matrix, LuDecomposition } from 'ml-matrix';
import { ShapeError, expected } from '../../core/index.ts';
import { normalizePoints } from '../linear/index.ts';

/**
 * A smooth warp that takes control points where they should go and bends as little as possible between them
 * (Bookstein 1989). With `c` the controls and `U(r) = r^2 log(r^2)`, in coordinates `x' = (x - centerX) * scale`:
 *
 * `f(x') = affine0 + affine1 x' + affine2 y' + sum_i weight_i U(|x' - c_i|)`
 */
export interface ThinPlateSpline {
  /** The control points in A, x and y interleaved, moved and scaled. */
  readonly controls: Float64Array;
  readonly centerX: number;
  readonly centerY: number;
  readonly scale: number;
  /** x and y of each control's weight, interleaved, in pixels of B. */
  readonly weights: Float64Array;
  /** x and y of the three terms of the affine part. */
  readonly affine: readonly [x0: number, y0: number, x1: number, y1: number, x2: number, y2: number];
}

/** Most controls: the system grows with their square, the time to solve it with their cube. */
const MOST_CONTROLS = 2000;

const bend = (squared: number): number => (squared > 0 ? squared * Math.log(squared) : 0);

/**
 * Fits a thin-plate spline to pairs of points. Pairs that share their point of A, as those of `match` may, count as one to
 * the mean of their points of B.
 *
 * @param pointsA x and y interleaved, three or more that are not on one line
 * @param smoothing 0 passes through every point; more lets points be missed to bend less
 * @throws {ShapeError} where the points do not determine one
 * @example
 * import { applyThinPlateSpline, fitThinPlateSpline } from 'whither/geometry';
 *
 * const spline = fitThinPlateSpline(pointsA, pointsB, 0.1); // near the pairs, not through them
 * const [u, v] = applyThinPlateSpline(spline, [120, 80]);
 */
export function fitThinPlateSpline(
  pointsA: ArrayLike<number>,
  pointsB: ArrayLike<number>,
  smoothing = 0,
): ThinPlateSpline {
  const given = pointsA.length / 2;
  if (pointsB.length !== pointsA.length || !Number.isInteger(given))
    throw new ShapeError(
      `Expected as many points in A as in B but received ${given} and ${pointsB.length / 2}`,
    );
  if (!(smoothing >= 0)) throw expected('a number of at least 0', 'smoothing', smoothing);
  const { points, centerX, centerY, scale } = normalizePoints(pointsA);
  const { controls, b, counts } = mergeSame(points, pointsB);
  const count = counts.length;
  if (count < 3 || count > MOST_CONTROLS)
    throw new ShapeError(`Expected 3 to ${MOST_CONTROLS} different points in A but received ${count}`);
  const system = new LuDecomposition(buildSystem(controls, smoothing, counts));
  const right = Matrix.zeros(count + 3, 2);
  for (let i = 0; i < count; i++) right.setRow(i, [b[2 * i], b[2 * i + 1]]);
  if (system.isSingular()) throw singular(count);
  const solution = system.solve(right).to1DArray();
  if (!solution.every(Number.isFinite)) throw singular(count);
  const affine = solution.slice(2 * count) as unknown as ThinPlateSpline['affine'];
  return {
    controls,
    centerX,
    centerY,
    scale,
    weights: Float64Array.from(solution.slice(0, 2 * count)),
    affine,
  };
}

const singular = (count: number): ShapeError =>
  new ShapeError(`Expected points that are not all on one line but the ${count} in A determine no spline`);

/** Each point of A once, with the mean of its points of B and their number. */
function mergeSame(
  pointsA: ArrayLike<number>,
  pointsB: ArrayLike<number>,
): { controls: Float64Array; b: number[]; counts: number[] } {
  const places = new Map<string, number>();
  const [a, b, counts]: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i < pointsA.length; i += 2) {
    const key = `${pointsA[i]} ${pointsA[i + 1]}`;
    const k = places.get(key) ?? counts.length;
    if (k === counts.length) {
      places.set(key, k);
      a.push(pointsA[i], pointsA[i + 1]);
      b.push(0, 0);
      counts.push(0);
    }
    counts[k]++;
    for (const axis of [0, 1]) b[2 * k + axis] += (pointsB[i + axis] - b[2 * k + axis]) / counts[k];
  }
  return { controls: Float64Array.from(a), b, counts };
}

/** A point that stands for several is missed as little as they would be together. */
function buildSystem(controls: Float64Array, smoothing: number, counts: readonly number[]): Matrix {
  const count = controls.length / 2;
  const system = Matrix.zeros(count + 3, count + 3);
  for (let i = 0; i < count; i++) {
    const [x, y] = [controls[2 * i], controls[2 * i + 1]];
    for (let j = 0; j < i; j++) {
      const value = bend((x - controls[2 * j]) ** 2 + (y - controls[2 * j + 1]) ** 2);
      system.set(i, j, value);
      system.set(j, i, value);
    }
    system.set(i, i, smoothing / counts[i]);
    [1, x, y].forEach((value, k) => {
      system.set(i, count + k, value);
      system.set(count + k, i, value);
    });
  }
  return system;
}

/**
 * Where points of A go in B.
 *
 * @param points x and y interleaved
 * @example
 * import { applyThinPlateSpline, fitThinPlateSpline } from 'whither/geometry';
 *
 * const spline = fitThinPlateSpline([0, 0, 100, 0, 0, 100, 50, 50], [0, 0, 100, 0, 0, 100, 60, 50]);
 * const [u, v] = applyThinPlateSpline(spline, [50, 50]); // 60, 50
 */
export function applyThinPlateSpline(
  { controls, centerX, centerY, scale, weights, affine }: ThinPlateSpline,
  points: ArrayLike<number>,
): Float64Array {
  const out = new Float64Array(points.length);
  const [x0, y0, x1, y1, x2, y2] = affine;
  for (let k = 0; k + 1 < points.length; k += 2) {
    const x = (points[k] - centerX) * scale;
    const y = (points[k + 1] - centerY) * scale;
    let u = x0 + x1 * x + x2 * y;
    let v = y0 + y1 * x + y2 * y;
    for (let i = 0; i < controls.length; i += 2) {
      const value = bend((x - controls[i]) ** 2 + (y - controls[i + 1]) ** 2);
      u += weights[i] * value;
      v += weights[i + 1] * value;
    }
    out[k] = u;
    out[k + 1] = v;
  }
  return out;
}

/** Newton's steps for one point, and the distance in pixels of B at which it is there. */
const STEPS = 30;
const THERE = 1e-9;

/**
 * The points of A that go to points of B, by Newton's method from the nearest control; NaN where it does not get
 * there, as where the spline folds over.
 *
 * @param points x and y interleaved
 * @example
 * import { fitThinPlateSpline, invertThinPlateSpline } from 'whither/geometry';
 *
 * const spline = fitThinPlateSpline([0, 0, 100, 0, 0, 100, 50, 50], [0, 0, 100, 0, 0, 100, 60, 50]);
 * const [x, y] = invertThinPlateSpline(spline, [60, 50]); // 50, 50
 */
export function invertThinPlateSpline(spline: ThinPlateSpline, points: ArrayLike<number>): Float64Array {
  const { controls, centerX, centerY, scale } = spline;
  const original = controls.map((value, i) => value / scale + (i % 2 ? centerY : centerX));
  const images = applyThinPlateSpline(spline, original);
  const out = new Float64Array(points.length);
  for (let k = 0; k + 1 < points.length; k += 2) {
    const target = [points[k], points[k + 1]] as const;
    const start = nearest(images, target);
    out.set(solvePoint(spline, target, [original[start], original[start + 1]], 0.01 / scale), k);
  }
  return out;
}

type Point = readonly [x: number, y: number];

function nearest(images: Float64Array, [x, y]: Point): number {
  let [best, least] = [0, Infinity];
  for (let i = 0; i < images.length; i += 2) {
    const distance = (images[i] - x) ** 2 + (images[i + 1] - y) ** 2;
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

function solvePoint(spline: ThinPlateSpline, target: Point, start: Point, reach: number): Point {
  const step = reach * 1e-4;
  let [x, y] = start;
  for (let turn = 0; turn < STEPS; turn++) {
    const [u, v, ux, vx, uy, vy] = applyThinPlateSpline(spline, [x, y, x + step, y, x, y + step]);
    const [du, dv] = [target[0] - u, target[1] - v];
    if (Math.hypot(du, dv) < THERE) return [x, y];
    const [a, b, c, d] = [(ux - u) / step, (uy - u) / step, (vx - v) / step, (vy - v) / step];
    const determinant = a * d - b * c;
    x += (d * du - b * dv) / determinant;
    y += (a * dv - c * du) / determinant;
    if (!Number.isFinite(x + y)) break;
  }
  const [u, v] = applyThinPlateSpline(spline, [x, y]);
  return Math.hypot(target[0] - u, target[1] - v) < 1e-6 ? [x, y] : [NaN, NaN];
}
