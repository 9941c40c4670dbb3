import { invertHomography, multiply3, normalizeHomography } from '../../core/index.ts';
import type { Homography } from '../../core/index.ts';
import { blurGaussian } from '../../features/scale-space/index.ts';
import type { Grey } from '../../features/index.ts';
import { solveLinear } from '../../geometry/linear/index.ts';
import { innerPixels, warpView } from './warp-view.ts';
import type { GreyPyramid } from './warp-view.ts';

export interface PolishOptions {
  /** Pixels of B over which brightness and contrast are evened out, the deviation of a Gaussian; defaults to 6. */
  readonly window?: number;
  /** Most steps; defaults to 8. */
  readonly steps?: number;
}

/** The outcome of aligning the images themselves. */
export interface Polish {
  readonly homography: Homography;
  /** How alike the two images are where both show something, before and after: 1 the same, 0 nothing alike. */
  readonly before: number;
  readonly after: number;
}

/** Differences, in units of the local contrast, above which a pixel counts less and less. */
const SOFTNESS = 0.5;

/** Contrast, in grey levels, below which there is noise alone. */
const LEAST_CONTRAST = 4;

/** A step that moves the corners by fewer pixels than this is the last. */
const STILL = 0.02;

/**
 * Aligns the images themselves: finds the homography that makes A, warped onto B, most like B, both freed of local
 * brightness and contrast. Each step is of second order (ESM, Benhimane and Malis 2004), with the weights of Geman and
 * McClure against what only one of them shows. The start must be right within a pixel or two.
 */
export function polishHomography(
  pyramidA: GreyPyramid,
  imageB: Grey,
  start: Homography,
  { window = 6, steps = 8 }: PolishOptions = {},
): Polish {
  const everywhere = new Uint8Array(imageB.data.length).fill(1);
  const target = flatten(blurGaussian(imageB, 0.8), everywhere, window);
  let best = compare(pyramidA, target, start, window);
  const before = best.agreement;
  for (let step = 0; step < steps && best.step; step++) {
    const next = compare(pyramidA, target, best.step.homography, window);
    if (!(next.agreement > best.agreement)) break;
    const { moved } = best.step;
    best = next;
    if (moved < STILL) break;
  }
  return { homography: best.homography, before, after: best.agreement };
}

/** An image of mean 0 and contrast 1 in every neighbourhood. */
function flatten({ width, height, data }: Grey, inside: Uint8Array, window: number): Grey {
  const count = data.length;
  const [share, sum, squares] = [0, 1, 2].map((power) => {
    const plane = new Float32Array(count);
    for (let i = 0; i < count; i++) if (inside[i]) plane[i] = data[i] ** power;
    return blurGaussian({ width, height, data: plane }, window).data;
  });
  const out = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    if (!inside[i]) continue;
    const mean = sum[i] / share[i];
    const variance = Math.max(0, squares[i] / share[i] - mean * mean);
    out[i] = (data[i] - mean) / Math.sqrt(variance + LEAST_CONTRAST ** 2);
  }
  return { width, height, data: out };
}

interface Comparison {
  readonly homography: Homography;
  /** Mean of the pixels' likeness, 0 to 1. */
  readonly agreement: number;
  /** Where the next step leads, and how far it moves the corners at most, in pixels; null where nothing says so. */
  readonly step: { readonly homography: Homography; readonly moved: number } | null;
}

function compare(pyramidA: GreyPyramid, target: Grey, homography: Homography, window: number): Comparison {
  const { width, height } = target;
  const view = warpView(pyramidA, invertHomography(homography), width, height);
  const inner = innerPixels(view, 2);
  const moving = flatten(blurGaussian(view.grey, 0.8), view.inside, window);
  const { sums, agreement } = collect(moving, target, inner);
  const delta = agreement > 0 ? solveLinear(sums, 8) : null;
  return { homography, agreement, step: delta && takeStep(homography, delta, width, height) };
}

/** Half the larger side: coordinates of the step run from about -1 to 1. */
const halfSide = (width: number, height: number): number => Math.max(width, height) / 2;

/** The normal equations of the step, 8 rows of 9, and the mean likeness. */
function collect(moving: Grey, target: Grey, inner: Uint8Array): { sums: Float64Array; agreement: number } {
  const { width, height } = target;
  const half = halfSide(width, height);
  const sums = new Float64Array(72);
  const slope = new Float64Array(8);
  let [likeness, count] = [0, 0];
  const [a, b] = [moving.data, target.data];
  for (let py = 2; py < height - 2; py++)
    for (let px = 2, i = py * width + 2; px < width - 2; px++, i++) {
      if (!inner[i]) continue;
      const error = a[i] - b[i];
      const like = SOFTNESS ** 2 / (SOFTNESS ** 2 + error * error);
      likeness += like;
      count++;
      const gx = (half * (a[i + 1] - a[i - 1] + b[i + 1] - b[i - 1])) / 4;
      const gy = (half * (a[i + width] - a[i - width] + b[i + width] - b[i - width])) / 4;
      const x = (px - width / 2) / half;
      const y = (py - height / 2) / half;
      slope[0] = gx * x;
      slope[1] = gx * y;
      slope[2] = gx;
      slope[3] = gy * x;
      slope[4] = gy * y;
      slope[5] = gy;
      const inward = -(gx * x + gy * y);
      slope[6] = inward * x;
      slope[7] = inward * y;
      addProducts(sums, slope, like * like, error);
    }
  for (let r = 1; r < 8; r++) for (let c = 0; c < r; c++) sums[r * 9 + c] = sums[c * 9 + r];
  return { sums, agreement: count ? likeness / count : 0 };
}

function addProducts(sums: Float64Array, slope: Float64Array, weight: number, error: number): void {
  for (let r = 0; r < 8; r++) {
    const factor = weight * slope[r];
    for (let c = r; c < 8; c++) sums[r * 9 + c] += factor * slope[c];
    sums[r * 9 + 8] += factor * error;
  }
}

/** The homography followed by the small one of the step. */
function takeStep(
  homography: Homography,
  d: Float64Array,
  width: number,
  height: number,
): { homography: Homography; moved: number } {
  const half = halfSide(width, height);
  const small: Homography = [1 + d[0], d[1], d[2], d[3], 1 + d[4], d[5], d[6], d[7], 1];
  const enter: Homography = [1 / half, 0, -width / 2 / half, 0, 1 / half, -height / 2 / half, 0, 0, 1];
  const leave: Homography = [half, 0, width / 2, 0, half, height / 2, 0, 0, 1];
  const moved = half * d.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return {
    homography: normalizeHomography(multiply3(multiply3(leave, multiply3(small, enter)), homography)),
    moved,
  };
}
