import { solveSymmetric } from './cholesky.ts';
import { forEachShared } from './overlaps.ts';
import type { WarpedView } from './warp-view.ts';

/** How bright each picture is against the others, and how much all of them darken towards their corners. */
export interface Exposure {
  /** What each picture is multiplied by; their geometric mean is 1. */
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

export interface ExposureOptions {
  /** Look for darkening towards the corners; true unless told. */
  readonly vignetting?: boolean;
}

/** Differences of logarithms well above this are scenery that moved or was misplaced, and count less. */
const LOSS_SCALE = 0.15;
/** Pixels darker or lighter than these tell nothing about exposure. */
const [DARKEST, LIGHTEST] = [10, 245];
/** A colour above this may have been any brighter. */
const CLIPPED = 251;
/** Pixels from one sample to the next, each way. */
const SAMPLE_STEP = 6;
/** Logarithms that change by less than this have been found. */
const SETTLED = 1e-3;
/** How little corners may keep of the light. */
const LEAST_CORNER = 0.3;
/** Share of the difference that vignetting must take away to be believed. */
const VIGNETTING_GAIN = 0.02;

/** A pixel that two pictures show. */
interface Sample {
  readonly a: number;
  readonly b: number;
  /** log of A's brightness less that of B's. */
  readonly difference: number;
  /** r^2 of A less that of B, and the same of r^4. */
  readonly r2: number;
  readonly r4: number;
}

/**
 * Gains and vignetting by least squares of the logarithms where pictures overlap, robustly (as Brown and Lowe 2007,
 * section 6, and Goldman and Chen 2005, with light falling off alike in all pictures).
 *
 * @param views of the same canvas; their `field` is r^2, 1 in the corners
 */
export function estimateExposure(views: readonly WarpedView[], options: ExposureOptions = {}): Exposure {
  const samples = collect(views);
  const plain = solveExposure(samples, views.length, false);
  if (options.vignetting === false) return plain;
  const full = solveExposure(samples, views.length, true);
  const [a, b] = full.vignetting;
  const corner = Math.exp(a + b);
  const middle = Math.exp(a / 2 + b / 4);
  const darkens = corner > LEAST_CORNER && corner < 1 && middle <= 1 && middle >= corner;
  return darkens && full.after < (1 - VIGNETTING_GAIN) * plain.after ? full : plain;
}

function collect(views: readonly WarpedView[]): Sample[] {
  const samples: Sample[] = [];
  for (let a = 0; a < views.length; a++)
    for (let b = a + 1; b < views.length; b++)
      forEachShared(views[a].area, views[b].area, SAMPLE_STEP, (p, q) => {
        const la = brightnessAt(views[a], p);
        const lb = brightnessAt(views[b], q);
        if (la === 0 || lb === 0) return;
        const ra = views[a].field?.(p) ?? 0;
        const rb = views[b].field?.(q) ?? 0;
        const difference = Math.log(la) - Math.log(lb);
        samples.push({ a, b, difference, r2: ra - rb, r4: ra * ra - rb * rb });
      });
  return samples;
}

/**
 * The mean of the colours over 3 x 3 pixels about pixel `k`, so that noise and small misplacement count little; 0
 * where that tells nothing about exposure: outside of the picture, in the dark, and where a colour is clipped.
 */
export function brightnessAt({ area: { width, height }, rgb, inside }: WarpedView, k: number): number {
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
      sum += red + green + blue;
      count += 3;
    }
  const mean = sum / count;
  return mean < DARKEST || mean > LIGHTEST ? 0 : mean;
}

function solveExposure(samples: readonly Sample[], views: number, vignetting: boolean): Exposure {
  const size = views + (vignetting ? 2 : 0);
  let x: Float64Array = new Float64Array(size);
  for (let round = 0; round < 8; round++) {
    const next = weightedStep(samples, views, x, round === 0) ?? x;
    const change = next.reduce((most, value, i) => Math.max(most, Math.abs(value - x[i])), 0);
    x = next;
    if (change < SETTLED) break;
  }
  const mean = x.subarray(0, views).reduce((sum, v) => sum + v, 0) / views;
  const logs = x.subarray(0, views);
  const average = (v: Float64Array): number =>
    samples.length
      ? samples.reduce((sum, s) => sum + Math.abs(residual(s, views, v)), 0) / samples.length
      : 0;
  return {
    gains: Array.from(logs, (log) => Math.exp(mean - log)),
    vignetting: vignetting ? [x[views], x[views + 1]] : [0, 0],
    before: average(new Float64Array(size)),
    after: average(x),
  };
}

const residual = ({ a, b, difference, r2, r4 }: Sample, views: number, x: Float64Array): number =>
  difference - (x[a] - x[b]) - (x.length > views ? x[views] * r2 + x[views + 1] * r4 : 0);

/** One step of least squares with weights by the last residuals; the first step weighs all alike. */
function weightedStep(
  samples: readonly Sample[],
  views: number,
  last: Float64Array,
  first: boolean,
): Float64Array | null {
  const size = last.length;
  const matrix = new Float64Array(size * size);
  const right = new Float64Array(size);
  const row = new Float64Array(4);
  const used = size > views ? 4 : 2;
  const places = new Int32Array([0, 0, views, views + 1]);
  for (const sample of samples) {
    const weight = first ? 1 : 1 / (1 + (residual(sample, views, last) / LOSS_SCALE) ** 2);
    places[0] = sample.a;
    places[1] = sample.b;
    row[0] = 1;
    row[1] = -1;
    row[2] = sample.r2;
    row[3] = sample.r4;
    for (let k = 0; k < used; k++) {
      right[places[k]] += weight * row[k] * sample.difference;
      for (let l = 0; l < used; l++) matrix[places[k] * size + places[l]] += weight * row[k] * row[l];
    }
  }
  // Only differences are known: a little weight towards no change settles the rest.
  for (let i = 0; i < size; i++) matrix[i * size + i] += i < views ? 1e-3 + 1e-6 * samples.length : 1e-3;
  return solveSymmetric(matrix, right);
}
