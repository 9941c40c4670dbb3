/** Corners at one scale: Harris and FAST. */

import { blurGaussian } from '../scale-space/index.ts';
import type { Keypoint } from './keypoint-list.ts';
import type { Grey } from '../types.ts';

/** The scale that corners are described at, in pixels: a SIFT cell is then 6 pixels wide. */
export const CORNER_SCALE = 2;

const BORDER = 8;

/** Weight of the squared trace in Harris' measure. */
const HARRIS_K = 0.04;

/** A corner must answer with this share of the strongest answer. */
const HARRIS_SHARE = 1e-3;

/**
 * Local maxima of `det(M) - 0.04 trace(M)^2` of the structure tensor `M` (Harris and Stephens 1988), derivatives of a
 * Gaussian of 1 pixel, summed by one of 1.5, with sub-pixel positions by a parabola each way.
 */
export function detectHarris(image: Grey): Keypoint[] {
  const { width, height, data } = blurGaussian(image, 1);
  const [xx, xy, yy] = [0, 1, 2].map(() => new Float32Array(width * height));
  for (let y = 1; y < height - 1; y++)
    for (let x = 1, i = y * width + 1; x < width - 1; x++, i++) {
      const dx = (data[i + 1] - data[i - 1]) / 2;
      const dy = (data[i + width] - data[i - width]) / 2;
      xx[i] = dx * dx;
      xy[i] = dx * dy;
      yy[i] = dy * dy;
    }
  const [sxx, sxy, syy] = [xx, xy, yy].map((plane) => blurGaussian({ width, height, data: plane }, 1.5).data);
  const response = sxx.map((value, i) => value * syy[i] - sxy[i] ** 2 - HARRIS_K * (value + syy[i]) ** 2);
  const strongest = response.reduce((a, b) => Math.max(a, b), 0);
  return peaks({ width, height, data: response }, Math.max(strongest * HARRIS_SHARE, 1e-6));
}

/** The circle of 16 pixels around a pixel, clockwise from the top. */
const CIRCLE_X = [0, 1, 2, 3, 3, 3, 2, 1, 0, -1, -2, -3, -3, -3, -2, -1];
const CIRCLE_Y = [-3, -3, -2, -1, 0, 1, 2, 3, 3, 3, 2, 1, 0, -1, -2, -3];

/** Pixels in a row on the circle that must differ. */
const ARC = 9;

/** Grey levels of 255 that they must differ by in an image of ordinary contrast. */
const FAST_THRESHOLD = 12;

/**
 * Pixels around which 9 neighbours in a row, of a circle of 16, are all lighter or all darker by a threshold
 * (FAST-9, Rosten and Drummond 2006), and that beat their neighbours by the greatest threshold they would stand.
 *
 * @param share the contrast of the image as a share of the ordinary; the threshold is 12 grey levels times it
 */
export function detectFast(image: Grey, share = 1): Keypoint[] {
  const threshold = FAST_THRESHOLD * share;
  const { width, height, data } = image;
  const offsets = CIRCLE_X.map((x, k) => CIRCLE_Y[k] * width + x);
  const response = new Float32Array(width * height);
  const ring = new Float32Array(16);
  for (let y = 3; y < height - 3; y++)
    for (let x = 3, i = y * width + 3; x < width - 3; x++, i++) {
      if (!couldBeCorner(data, i, offsets, threshold)) continue;
      for (let k = 0; k < 16; k++) ring[k] = data[i + offsets[k]] - data[i];
      const strength = arcStrength(ring);
      if (strength > threshold) response[i] = strength;
    }
  return peaks({ width, height, data: response }, threshold);
}

/** An arc of 9 holds at least two of the four compass points. */
function couldBeCorner(
  data: Float32Array,
  i: number,
  offsets: readonly number[],
  threshold: number,
): boolean {
  let [lighter, darker] = [0, 0];
  for (let k = 0; k < 16; k += 4) {
    const difference = data[i + offsets[k]] - data[i];
    if (difference > threshold) lighter++;
    else if (difference < -threshold) darker++;
  }
  return lighter >= 2 || darker >= 2;
}

/** The greatest threshold at which the ring still has its arc. */
function arcStrength(ring: Float32Array): number {
  let strongest = 0;
  for (let start = 0; start < 16; start++) {
    let [least, most] = [Infinity, -Infinity];
    for (let k = 0; k < ARC; k++) {
      const value = ring[(start + k) & 15];
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    strongest = Math.max(strongest, least, -most);
  }
  return strongest;
}

/** Maxima of 3 x 3 pixels above `least`, moved to the top of a parabola each way. */
function peaks({ width, height, data }: Grey, least: number): Keypoint[] {
  const out: Keypoint[] = [];
  for (let y = BORDER; y < height - BORDER; y++)
    for (let x = BORDER, i = y * width + BORDER; x < width - BORDER; x++, i++) {
      if (data[i] <= least || !isPeak(data, i, width)) continue;
      const px = x + parabolaTop(data[i - 1], data[i], data[i + 1]);
      const py = y + parabolaTop(data[i - width], data[i], data[i + width]);
      out.push({ x: px, y: py, scale: CORNER_SCALE, angle: 0, response: data[i] });
    }
  return out;
}

/** At least as high as the neighbours before it and higher than those after it, so that a plateau has one peak. */
function isPeak(d: Float32Array, i: number, width: number): boolean {
  const value = d[i];
  for (const j of [i - width - 1, i - width, i - width + 1, i - 1]) if (d[j] > value) return false;
  for (const j of [i + 1, i + width - 1, i + width, i + width + 1]) if (d[j] >= value) return false;
  return true;
}

function parabolaTop(before: number, here: number, after: number): number {
  const bend = before - 2 * here + after;
  return bend < 0 ? Math.max(-0.5, Math.min(0.5, (before - after) / (2 * bend))) : 0;
}
