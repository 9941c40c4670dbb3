import type { Matrix3, OptionNames } from '../../core/index.ts';
import { checkOptions, invertHomography, multiply3 } from '../../core/index.ts';
import { solveSymmetric } from './cholesky.ts';
import type { Observation } from '../types.ts';

/** One way in which a view's matrix may change: `matrix (I + d generator)` for a small `d` of the parameter. */
export interface Tangent {
  /** The parameter, from 0; several views share a parameter by naming the same one. */
  readonly parameter: number;
  readonly generator: Matrix3;
}

/** Cameras that can be moved: what bundle adjustment needs to know of a camera model. */
export interface AdjustableCameras<Self> {
  /** From pixels of each view to the common frame. */
  readonly matrices: readonly Matrix3[];
  readonly parameterCount: number;
  /** The ways in which view `v` can move. */
  tangents(v: number): readonly Tangent[];
  /** The cameras after a step of `parameterCount` numbers. */
  step(delta: Float64Array): Self;
}

/** Options of `bundleAdjust`. */
export interface AdjustOptions {
  /** Errors well above this many pixels hardly count (Cauchy's loss); tried from large to small. */
  readonly lossScales?: readonly number[];
  /** Most steps tried at each scale; defaults to 30. */
  readonly maxIterations?: number;
  /** One a view: multiplies its errors, so that they are in pixels of the image that was matched. */
  readonly viewScales?: readonly number[];
}

const OPTIONS: OptionNames<AdjustOptions> = { lossScales: true, maxIterations: true, viewScales: true };

/** Cameras after bundle adjustment, and how well they fit. */
export interface Adjusted<Cameras> {
  readonly cameras: Cameras;
  /** Root of the mean squared error in pixels, errors above 5 counted as 5. */
  readonly rms: number;
  /** Median error in pixels of each observation, in their order. */
  readonly medians: readonly number[];
  readonly iterations: number;
}

/** The scale of the loss at last, in pixels. */
export const LAST_SCALE = 2;

const FAR = 1e3;
const CLIP = 5;
/** Far from the greatest number by more than the greatest factor. */
const MOST_PRODUCT = 1e200;
/** A step that lowers the loss by less than this share is the last. */
const SETTLED = 1e-5;

/**
 * Moves all cameras together until corresponding points meet: Levenberg-Marquardt (Marquardt 1963) on Cauchy's loss
 * of the distances between where the points of A fall in B and where they were found there, and from B to A
 * (Brown and Lowe 2007, section 4, with the loss by scales from large to small so that wrong matches let go).
 *
 * The derivatives are exact: with M = inv(Hb) Ha, a step d of A's generator G changes M x by M G x, and of B's by
 * -G M x.
 *
 * @example
 * import { bundleAdjust, rotationCameras } from 'whither/stitch';
 *
 * const rotations = [identity, identity];
 * const start = rotationCameras({ sizes, rotations, focals: [800, 800], focalGroups: [0, 0], anchor: 0 });
 * const { cameras, rms } = bundleAdjust(start, [{ a: 0, b: 1, points: correspondences }]);
 * console.log(`focal lengths ${cameras.focals}, error ${rms} pixels`);
 */
export function bundleAdjust<Cameras extends AdjustableCameras<Cameras>>(
  start: Cameras,
  observations: readonly Observation[],
  options: AdjustOptions = {},
): Adjusted<Cameras> {
  checkOptions(options, OPTIONS, 'bundleAdjust');
  const { lossScales = [16, LAST_SCALE], maxIterations = 30, viewScales = [] } = options;
  const directed = observations.flatMap((o) => bothWays(o, viewScales));
  let cameras = start;
  let iterations = 0;
  for (const scale of lossScales) {
    const result = minimize(cameras, directed, scale, maxIterations);
    cameras = result.cameras;
    iterations += result.iterations;
  }
  return { cameras, iterations, ...measureErrors(cameras.matrices, observations, viewScales) };
}

/** Points of view `from` and where they were found in view `to`. */
interface Directed {
  readonly from: number;
  readonly to: number;
  readonly source: Float64Array;
  readonly target: Float64Array;
  readonly weight: number;
}

function bothWays({ a, b, points }: Observation, viewScales: readonly number[]): Directed[] {
  const { pointsA, pointsB } = points;
  return [
    { from: a, to: b, source: pointsA, target: pointsB, weight: viewScales[b] ?? 1 },
    { from: b, to: a, source: pointsB, target: pointsA, weight: viewScales[a] ?? 1 },
  ];
}

function minimize<Cameras extends AdjustableCameras<Cameras>>(
  start: Cameras,
  observations: readonly Directed[],
  lossScale: number,
  maxIterations: number,
): { cameras: Cameras; iterations: number } {
  let cameras = start;
  let system = linearize(
    cameras,
    observations,
    lossScale,
    totalLoss(cameras.matrices, observations, lossScale),
  );
  let damping = 1e-3;
  let iterations = 0;
  while (iterations < maxIterations && damping < 1e8) {
    iterations++;
    const delta = solveDamped(system, damping);
    const trial = delta && cameras.step(delta);
    const loss = trial ? totalLoss(trial.matrices, observations, lossScale) : Infinity;
    if (!(loss < system.loss)) {
      damping *= 10;
      continue;
    }
    const settled = system.loss - loss < SETTLED * system.loss;
    cameras = trial!;
    if (settled) break;
    damping = Math.max(1e-9, damping / 10);
    system = linearize(cameras, observations, lossScale, loss);
  }
  return { cameras, iterations };
}

/** The normal equations at one place: `matrix delta = right`. */
interface NormalEquations {
  readonly size: number;
  readonly matrix: Float64Array;
  readonly right: Float64Array;
  readonly loss: number;
}

function solveDamped({ size, matrix, right }: NormalEquations, damping: number): Float64Array | null {
  const damped = Float64Array.from(matrix);
  for (let i = 0; i < size; i++) damped[i * size + i] += damping * matrix[i * size + i] + 1e-12;
  return solveSymmetric(damped, right);
}

/** Cauchy's loss of all errors. */
function totalLoss(matrices: readonly Matrix3[], observations: readonly Directed[], scale: number): number {
  let loss = 0;
  for (const { from, to, source, target, weight } of observations) {
    const m = relative(matrices, from, to);
    // The sum of logarithms is the logarithm of the product, of as many as cannot overflow.
    let product = 1;
    for (let i = 0; i < source.length; i += 2) {
      const squared = squaredError(m, source[i], source[i + 1], target[i], target[i + 1]);
      product *= 1 + Math.min(weight * weight * squared, FAR * FAR) / (scale * scale);
      if (product < MOST_PRODUCT) continue;
      loss += Math.log(product);
      product = 1;
    }
    loss += Math.log(product);
  }
  return scale * scale * loss;
}

const relative = (matrices: readonly Matrix3[], from: number, to: number): Matrix3 =>
  multiply3(invertHomography(matrices[to]), matrices[from]);

/** The square of how far from `(u, v)` the point `(x, y)` falls; Infinity behind the horizon. */
function squaredError(m: Matrix3, x: number, y: number, u: number, v: number): number {
  const w = m[6] * x + m[7] * y + m[8];
  // A rotation's matrices keep the sense of the ray, and planes have a positive weight on their visible side.
  if (!(w > 1e-9)) return Infinity;
  const dx = (m[0] * x + m[1] * y + m[2]) / w - u;
  const dy = (m[3] * x + m[4] * y + m[5]) / w - v;
  return dx * dx + dy * dy;
}

function linearize<Cameras extends AdjustableCameras<Cameras>>(
  cameras: Cameras,
  observations: readonly Directed[],
  scale: number,
  loss: number,
): NormalEquations {
  const size = cameras.parameterCount;
  const matrix = new Float64Array(size * size);
  const right = new Float64Array(size);
  for (const { from, to, source, target, weight } of observations) {
    const m = relative(cameras.matrices, from, to);
    const before = cameras.tangents(from);
    const after = cameras.tangents(to);
    const columns = [
      ...before.map(({ generator }) => multiply3(m, generator)),
      ...after.map(({ generator }) => multiply3(generator, m).map((value) => -value) as unknown as Matrix3),
    ];
    const parameters = [...before, ...after].map(({ parameter }) => parameter);
    const block = accumulate(m, columns, source, target, weight, scale);
    scatter(block, parameters, matrix, right);
  }
  return { size, matrix, right, loss };
}

/**
 * J^T W J, then J^T W r, of one pair's own parameters. With s = (x, y, 1) / w the error along x changes with the nine
 * values of a parameter's column by (s, 0, -px s), that along y by (0, s, -py s): their products are summed over all
 * points before any parameter is looked at.
 */
function accumulate(
  m: Matrix3,
  columns: readonly Matrix3[],
  source: Float64Array,
  target: Float64Array,
  weight: number,
  scale: number,
): Float64Array {
  const sums = sumPoints(m, source, target, weight, scale);
  const products = productsOf(sums);
  const n = columns.length;
  const block = new Float64Array(n * n + n);
  const moved = new Float64Array(9);
  for (let k = 0; k < n; k++) {
    const column = columns[k];
    for (let r = 0; r < 9; r++) {
      let sum = 0;
      for (let c = 0; c < 9; c++) sum += products[9 * r + c] * column[c];
      moved[r] = sum;
      block[n * n + k] += sums[RIGHT + r] * column[r];
    }
    for (let l = 0; l <= k; l++) for (let c = 0; c < 9; c++) block[k * n + l] += moved[c] * columns[l][c];
  }
  return block;
}

/** Where in the sums of a pair those of s s^T lie (its upper half), times px, py, px^2 + py^2; and the right side. */
const [PLAIN, BY_X, BY_Y, BY_BOTH, RIGHT] = [0, 6, 12, 18, 24];
/** Entries of the upper half by row and column. */
const UPPER = [0, 1, 2, 1, 3, 4, 2, 4, 5];

function sumPoints(
  m: Matrix3,
  source: Float64Array,
  target: Float64Array,
  weight: number,
  scale: number,
): Float64Array {
  const sums = new Float64Array(RIGHT + 9);
  const s = new Float64Array(3);
  for (let i = 0; i < source.length; i += 2) {
    const x = source[i];
    const y = source[i + 1];
    const w = m[6] * x + m[7] * y + m[8];
    if (!(w > 1e-9)) continue;
    const px = (m[0] * x + m[1] * y + m[2]) / w;
    const py = (m[3] * x + m[4] * y + m[5]) / w;
    const rx = (target[i] - px) * weight;
    const ry = (target[i + 1] - py) * weight;
    const squared = rx * rx + ry * ry;
    if (squared > FAR * FAR) continue;
    const importance = 1 / (1 + squared / (scale * scale));
    s[2] = weight / w;
    s[0] = x * s[2];
    s[1] = y * s[2];
    const both = px * px + py * py;
    const across = px * rx + py * ry;
    for (let r = 0, k = 0; r < 3; r++) {
      const value = importance * s[r];
      for (let c = r; c < 3; c++, k++) {
        const product = value * s[c];
        sums[PLAIN + k] += product;
        sums[BY_X + k] += px * product;
        sums[BY_Y + k] += py * product;
        sums[BY_BOTH + k] += both * product;
      }
      sums[RIGHT + r] += rx * value;
      sums[RIGHT + 3 + r] += ry * value;
      sums[RIGHT + 6 + r] -= across * value;
    }
  }
  return sums;
}

/** The symmetric 9 x 9 matrix of the products of all derivatives. */
function productsOf(sums: Float64Array): Float64Array {
  const out = new Float64Array(81);
  for (let r = 0; r < 3; r++)
    for (let c = 0; c < 3; c++) {
      const k = UPPER[3 * r + c];
      out[9 * r + c] = out[9 * (r + 3) + c + 3] = sums[PLAIN + k];
      out[9 * r + c + 6] = out[9 * (r + 6) + c] = -sums[BY_X + k];
      out[9 * (r + 3) + c + 6] = out[9 * (r + 6) + c + 3] = -sums[BY_Y + k];
      out[9 * (r + 6) + c + 6] = sums[BY_BOTH + k];
    }
  return out;
}

/** Adds a pair's block to the whole; a parameter that both views share gets both parts. */
function scatter(
  block: Float64Array,
  parameters: readonly number[],
  matrix: Float64Array,
  right: Float64Array,
): void {
  const n = parameters.length;
  const size = right.length;
  for (let k = 0; k < n; k++) {
    right[parameters[k]] += block[n * n + k];
    for (let l = 0; l <= k; l++) {
      const value = block[k * n + l];
      const row = Math.max(parameters[k], parameters[l]);
      const column = Math.min(parameters[k], parameters[l]);
      // On the diagonal of the whole, two different local entries are two mirrored ones.
      matrix[row * size + column] += row === column && k !== l ? 2 * value : value;
    }
  }
}

/** The errors that remain, and the median of each observation, in pixels. */
export function measureErrors(
  matrices: readonly Matrix3[],
  observations: readonly Observation[],
  viewScales: readonly number[] = [],
): { rms: number; medians: number[] } {
  let sum = 0;
  let count = 0;
  const medians = observations.map((observation) => {
    const directed = bothWays(observation, viewScales);
    const errors = new Float64Array(directed.reduce((total, { source }) => total + source.length / 2, 0));
    let k = 0;
    for (const { from, to, source, target, weight } of directed) {
      const m = relative(matrices, from, to);
      for (let i = 0; i < source.length; i += 2)
        errors[k++] = weight * Math.sqrt(squaredError(m, source[i], source[i + 1], target[i], target[i + 1]));
    }
    for (const error of errors) sum += Math.min(error, CLIP) ** 2;
    count += errors.length;
    return errors.sort()[errors.length >> 1] ?? 0;
  });
  return { rms: count ? Math.sqrt(sum / count) : 0, medians };
}
