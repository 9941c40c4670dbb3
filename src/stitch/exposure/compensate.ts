import type { OptionNames } from '../../core/index.ts';
import { checkOptions } from '../../core/index.ts';
import { solveSymmetric } from '../cameras/index.ts';
import { forEachShared, sampleRaster } from '../canvas/index.ts';
import type { WarpedView } from '../canvas/index.ts';

/** How bright each image is against the others, and how much all of them darken towards their corners. */
export interface Exposure {
  /** What each image is multiplied by; their geometric mean is 1. */
  readonly gains: readonly number[];
  /**
   * Brightness at `r` (0 in the middle, 1 in the corners) is `exp(a r^2 + b r^4)` times that in the middle; zeros
   * where no darkening was found.
   */
  readonly vignetting: readonly [a: number, b: number];
  /** Mean difference of overlapping pixels' logarithms before and after. */
  readonly before: number;
  readonly after: number;
}

/** Options of `estimateExposure`. */
export interface ExposureOptions {
  /** Look for darkening towards the corners; defaults to true. */
  readonly vignetting?: boolean;
}

const OPTIONS: OptionNames<ExposureOptions> = { vignetting: true };

/** Differences of logarithms well above this are scenery that moved or was misplaced, and count less. */
const LOSS_SCALE = 0.15;
/** Pixels darker or lighter than these tell nothing about exposure. */
const [DARKEST, LIGHTEST] = [10, 245];
/** A colour above this may have been any brighter. */
export const CLIPPED = 251;
/** Pixels from one sample to the next, each way. */
const SAMPLE_STEP = 8;
/** Logarithms that change by less than this have been found. */
const SETTLED = 1e-3;
/** How little corners may keep of the light. */
const LEAST_CORNER = 0.3;
/** Share of the difference that vignetting must take away to be believed. */
const VIGNETTING_GAIN = 0.02;

/** What two images show alike. */
interface SharedPlaces {
  readonly a: number;
  readonly b: number;
  /** Of each place the log of A's brightness less that of B's. */
  readonly differences: Float32Array;
  /** r^2 of A less that of B, and the same of r^4. */
  readonly r2: Float32Array;
  readonly r4: Float32Array;
}

/**
 * Gains and vignetting by least squares of the logarithms where images overlap, robustly (as Brown and Lowe 2007,
 * section 6, and Goldman and Chen 2005, with light falling off alike in all images).
 *
 * @param views of the same canvas; their `field` is r^2, 1 in the corners
 * @example
 * import { estimateExposure } from 'whither/stitch';
 *
 * const { gains, before, after } = estimateExposure(views, { vignetting: true });
 * console.log(`differences fall from ${before} to ${after}`);
 */
export function estimateExposure(views: readonly WarpedView[], options: ExposureOptions = {}): Exposure {
  checkOptions(options, OPTIONS, 'estimateExposure');
  const shared = collect(views);
  const plain = solveExposure(shared, views.length, false);
  if (options.vignetting === false) return plain;
  const full = solveExposure(shared, views.length, true);
  const [a, b] = full.vignetting;
  const corner = Math.exp(a + b);
  const middle = Math.exp(a / 2 + b / 4);
  const darkens = corner > LEAST_CORNER && corner < 1 && middle <= 1 && middle >= corner;
  return darkens && full.after < (1 - VIGNETTING_GAIN) * plain.after ? full : plain;
}

/**
 * As {@link estimateExposure}, the gains alone and of any value of the pixels.
 *
 * @param valueAt of pixel `k` of a view; 0 where it tells nothing
 */
export const estimateGains = (
  views: readonly WarpedView[],
  valueAt: typeof brightnessAt,
): readonly number[] => solveExposure(collect(views, valueAt), views.length, false).gains;

function collect(views: readonly WarpedView[], valueAt: typeof brightnessAt = brightnessAt): SharedPlaces[] {
  const logs = views.map((view) => sampleRaster(view.area, SAMPLE_STEP, (k) => Math.log(valueAt(view, k))));
  const radii = views.map(({ area, field }) => sampleRaster(area, SAMPLE_STEP, field ?? (() => 0)).values);
  const all: SharedPlaces[] = [];
  for (let a = 0; a < views.length; a++)
    for (let b = a + 1; b < views.length; b++) {
      const found: [number[], number[], number[]] = [[], [], []];
      forEachShared(logs[a], logs[b], (p, q) => {
        const difference = logs[a].values[p] - logs[b].values[q];
        if (!(Math.abs(difference) < Infinity)) return;
        const ra = radii[a][p];
        const rb = radii[b][q];
        found[0].push(difference);
        found[1].push(ra - rb);
        found[2].push(ra * ra - rb * rb);
      });
      const [differences, r2, r4] = found.map((values) => new Float32Array(values));
      if (differences.length) all.push({ a, b, differences, r2, r4 });
    }
  return all;
}

/**
 * The mean of the colours over 3 x 3 pixels about pixel `k`, so that noise and small misplacement count little; 0
 * where that tells nothing about exposure: outside of the image, in the dark, and where a colour is clipped.
 *
 * @param channel the mean of this one alone
 */
export function brightnessAt(
  { area: { width, height }, rgb, inside }: WarpedView,
  k: number,
  channel?: number,
): number {
  if (!inside[k]) return 0;
  const x = k % width;
  const y = (k - x) / width;
  let sum = 0;
  let count = 0;
  for (let j = y > 0 ? y - 1 : y; j <= y + 1 && j < height; j++)
    for (let i = x > 0 ? x - 1 : x; i <= x + 1 && i < width; i++) {
      const p = j * width + i;
      if (!inside[p]) continue;
      const red = rgb[3 * p];
      const green = rgb[3 * p + 1];
      const blue = rgb[3 * p + 2];
      if (red > CLIPPED || green > CLIPPED || blue > CLIPPED) return 0;
      sum += channel === undefined ? red + green + blue : 3 * rgb[3 * p + channel];
      count += 3;
    }
  const mean = sum / count;
  return mean < DARKEST || mean > LIGHTEST ? 0 : mean;
}

function solveExposure(shared: readonly SharedPlaces[], views: number, vignetting: boolean): Exposure {
  const size = views + (vignetting ? 2 : 0);
  let x: Float64Array = new Float64Array(size);
  for (let round = 0; round < 8; round++) {
    const next = weightedStep(shared, views, x, round === 0) ?? x;
    const change = next.reduce((most, value, i) => Math.max(most, Math.abs(value - x[i])), 0);
    x = next;
    if (change < SETTLED) break;
  }
  const logs = x.subarray(0, views);
  const mean = logs.reduce((sum, v) => sum + v, 0) / views;
  return {
    gains: Array.from(logs, (log) => Math.exp(mean - log)),
    vignetting: vignetting ? [x[views], x[views + 1]] : [0, 0],
    before: meanDifference(shared, views, new Float64Array(size)),
    after: meanDifference(shared, views, x),
  };
}

/** The mean of the residuals' sizes; 0 where nothing is shared. */
function meanDifference(shared: readonly SharedPlaces[], views: number, x: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (const places of shared) {
    const residuals = residualsOf(places, views, x);
    for (let k = 0; k < residuals.length; k++) sum += Math.abs(residuals[k]);
    count += residuals.length;
  }
  return count ? sum / count : 0;
}

/** The differences that remain with gains and vignetting `x`. */
function residualsOf(
  { a, b, differences, r2, r4 }: SharedPlaces,
  views: number,
  x: Float64Array,
): Float32Array {
  const gain = x[a] - x[b];
  const square = x.length > views ? x[views] : 0;
  const fourth = x.length > views ? x[views + 1] : 0;
  const out = new Float32Array(differences.length);
  for (let k = 0; k < out.length; k++) out[k] = differences[k] - gain - square * r2[k] - fourth * r4[k];
  return out;
}

/** One step of least squares with weights by the last residuals; the first step weighs all alike. */
function weightedStep(
  shared: readonly SharedPlaces[],
  views: number,
  last: Float64Array,
  first: boolean,
): Float64Array | null {
  const size = last.length;
  const matrix = new Float64Array(size * size);
  const right = new Float64Array(size);
  let count = 0;
  for (const places of shared) {
    count += places.differences.length;
    const weights = residualsOf(places, views, last);
    for (let k = 0; k < weights.length; k++)
      weights[k] = first ? 1 : 1 / (1 + (weights[k] / LOSS_SCALE) ** 2);
    addPair(places, weights, views, matrix, right);
  }
  // Only differences are known: a little weight towards no change settles the rest.
  for (let i = 0; i < size; i++) matrix[i * size + i] += i < views ? 1e-3 + 1e-6 * count : 1e-3;
  return solveSymmetric(matrix, right);
}

/** Adds what a pair says: of each place that A's less B's gain, r^2 and r^4 times the vignetting, are the difference. */
function addPair(
  { a, b, differences, r2, r4 }: SharedPlaces,
  weights: Float32Array,
  views: number,
  matrix: Float64Array,
  right: Float64Array,
): void {
  const columns = [null, r2, r4];
  const size = right.length;
  // The places of gains of A and B count alike but for the sign.
  const parameters = size > views ? [[a, b], [views], [views + 1]] : [[a, b]];
  parameters.forEach((rows, i) => {
    const sum = weightedSum(weights, columns[i], differences);
    rows.forEach((row, k) => (right[row] += k ? -sum : sum));
    parameters.forEach((others, j) => {
      const product = weightedSum(weights, columns[i], columns[j]);
      rows.forEach((row, k) =>
        others.forEach((column, l) => (matrix[row * size + column] += k === l ? product : -product)),
      );
    });
  });
}

/** The sum of products of weights and two columns, of which null is one of ones. */
function weightedSum(weights: Float32Array, a: Float32Array | null, b: Float32Array | null): number {
  let sum = 0;
  for (let k = 0; k < weights.length; k++) sum += weights[k] * (a ? a[k] : 1) * (b ? b[k] : 1);
  return sum;
}
