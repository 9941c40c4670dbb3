/** Definitions, never optimised; `index.ts` has the same faster. */

import type { AllPairsVolume } from '../correlation/index.ts';
import type { FeatureMap } from '../types.ts';
import type { MatchResult } from '../match/index.ts';

const at = (
  { widthA, heightB, widthB, data }: AllPairsVolume,
  ya: number,
  xa: number,
  yb: number,
  xb: number,
) => data[((ya * widthA + xa) * heightB + yb) * widthB + xb];

type Score = (ya: number, xa: number, yb: number, xb: number) => number;

/** A volume of the same size by a formula for its entries. */
function fill(volume: AllPairsVolume, score: Score): AllPairsVolume {
  const { heightA, widthA, heightB, widthB } = volume;
  const data = new Float32Array(volume.data.length);
  let k = 0;
  for (let ya = 0; ya < heightA; ya++)
    for (let xa = 0; xa < widthA; xa++)
      for (let yb = 0; yb < heightB; yb++)
        for (let xb = 0; xb < widthB; xb++) data[k++] = score(ya, xa, yb, xb);
  return { heightA, widthA, heightB, widthB, data };
}

/**
 * Soft mutual nearest neighbours (Rocco 2018, section 3.3), of scores of which negative ones count as 0:
 *
 * `out(a, b) = s(a, b) * s(a, b) / max_b' s(a, b') * s(a, b) / max_a' s(a', b)`
 *
 * @example
 * import { mutualReference } from 'whither/kernels';
 *
 * const filtered = mutualReference(volume);
 */
export function mutualReference(volume: AllPairsVolume): AllPairsVolume {
  const { heightA, widthA, heightB, widthB } = volume;
  const score: Score = (...place) => Math.max(0, at(volume, ...place));
  const best = (height: number, width: number, of: (y: number, x: number) => number) => {
    let most = 0;
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) most = Math.max(most, of(y, x));
    return most;
  };
  return fill(volume, (ya, xa, yb, xb) => {
    const s = score(ya, xa, yb, xb);
    if (s === 0) return 0;
    const inB = best(heightB, widthB, (y, x) => score(ya, xa, y, x));
    const inA = best(heightA, widthA, (y, x) => score(y, x, yb, xb));
    return s * (s / inB) * (s / inA);
  });
}

/**
 * Agreement of neighbours: the 4-D convolution of neighbourhood consensus (Rocco 2018, section 3.2) with the kernel
 * that is 1 where both cells move alike:
 *
 * `out(a, b) = sum over |dy|, |dx| <= reach of s(a + d, b + d)`, cells outside count as 0.
 *
 * @example
 * import { consensusReference } from 'whither/kernels';
 *
 * const agreed = consensusReference(volume, 1);
 */
export function consensusReference(volume: AllPairsVolume, reach: number): AllPairsVolume {
  const { heightA, widthA, heightB, widthB } = volume;
  const inside = (y: number, x: number, height: number, width: number) =>
    y >= 0 && x >= 0 && y < height && x < width;
  return fill(volume, (ya, xa, yb, xb) => {
    let sum = 0;
    for (let dy = -reach; dy <= reach; dy++)
      for (let dx = -reach; dx <= reach; dx++)
        if (inside(ya + dy, xa + dx, heightA, widthA) && inside(yb + dy, xb + dx, heightB, widthB))
          sum += at(volume, ya + dy, xa + dx, yb + dy, xb + dx);
    return sum;
  });
}

/**
 * Votes for displacements (Hough matching, Cho 2015, section 3.2): every pair of cells votes for its displacement with
 * its score to the power given, votes of displacements near each other are added by a Gaussian, and each score is
 * multiplied by the votes for its own displacement:
 *
 * `out(a, b) = s(a, b)^p * sum over a', b' of s(a', b')^p * exp(-|(b - a) - (b' - a')|^2 / (2 sigma^2))`
 *
 * @example
 * import { voteReference } from 'whither/kernels';
 *
 * const voted = voteReference(volume, 3, 2);
 */
export function voteReference(volume: AllPairsVolume, power: number, sigma: number): AllPairsVolume {
  const { heightA, widthA, heightB, widthB } = volume;
  const strength: Score = (...place) => Math.max(0, at(volume, ...place)) ** power;
  return fill(volume, (ya, xa, yb, xb) => {
    let votes = 0;
    for (let y = 0; y < heightA; y++)
      for (let x = 0; x < widthA; x++)
        for (let v = 0; v < heightB; v++)
          for (let u = 0; u < widthB; u++) {
            const squared = (yb - ya - v + y) ** 2 + (xb - xa - u + x) ** 2;
            votes += strength(y, x, v, u) * Math.exp(-squared / (2 * sigma * sigma));
          }
    return strength(ya, xa, yb, xb) * votes;
  });
}

/**
 * Where each cell of A is found in B: the mean of the places in a window of `reach` cells round the best one, by their
 * scores (a kernel soft-argmax, after Lee 2019, whose Gaussian window is a box here and whose softmax is a share). The
 * confidence is the share of A's scores in that window times the same seen from B's best cell, up to 1. A cell without
 * any score stays where it is, relative to its map, with confidence 0.
 *
 * @example
 * import { softArgmaxReference } from 'whither/kernels';
 *
 * const { flow, confidence } = softArgmaxReference(volume, 2);
 */
export function softArgmaxReference(volume: AllPairsVolume, reach: number): MatchResult {
  const { heightA, widthA, heightB, widthB } = volume;
  const cells = heightA * widthA;
  const flow = new Float32Array(2 * cells);
  const confidence = new Float32Array(cells);
  for (let ya = 0; ya < heightA; ya++)
    for (let xa = 0; xa < widthA; xa++) {
      const i = ya * widthA + xa;
      const toB = windowOf(heightB, widthB, reach, (y, x) => at(volume, ya, xa, y, x));
      if (!toB) {
        flow[i] = align(xa, widthA, widthB) - xa;
        flow[cells + i] = align(ya, heightA, heightB) - ya;
        continue;
      }
      const toA = share(heightA, widthA, reach, ya, xa, (y, x) => at(volume, y, x, toB.bestY, toB.bestX));
      flow[i] = toB.x - xa;
      flow[cells + i] = toB.y - ya;
      confidence[i] = Math.min(1, toB.share * toA);
    }
  return { flow, confidence };
}

/** The same relative place on an axis of another length. */
export const align = (place: number, from: number, to: number): number =>
  from > 1 ? (place * (to - 1)) / (from - 1) : (to - 1) / 2;

type Plane = (y: number, x: number) => number;

function windowOf(height: number, width: number, reach: number, score: Plane) {
  let [best, bestY, bestX] = [0, -1, -1];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) if (score(y, x) > best) [best, bestY, bestX] = [score(y, x), y, x];
  if (bestY < 0) return null;
  let [total, mass, my, mx] = [0, 0, 0, 0];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const s = score(y, x);
      total += s;
      if (Math.abs(y - bestY) > reach || Math.abs(x - bestX) > reach) continue;
      mass += s;
      my += s * y;
      mx += s * x;
    }
  return { bestY, bestX, y: my / mass, x: mx / mass, share: mass / total };
}

/** The part of a plane's scores that lies in the window round a cell. */
function share(height: number, width: number, reach: number, cy: number, cx: number, score: Plane): number {
  let [total, mass] = [0, 0];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      total += score(y, x);
      if (Math.abs(y - cy) <= reach && Math.abs(x - cx) <= reach) mass += score(y, x);
    }
  return total > 0 ? mass / total : 0;
}

/**
 * The tensor that CNNGeometric regresses from (Rocco 2017, section 3.2): unit features of the source and of the target
 * to `c(k, i, j) = relu <target(i, j), source(ik, jk)>` with `k = ik + height * jk` (rows of the source fast), each
 * cell's channels divided by their length, `sqrt(sum + 1e-6)`.
 *
 * @example
 * import { matchingTensorReference } from 'whither/kernels';
 *
 * const { channels, data } = matchingTensorReference(mapA, mapB);
 */
export function matchingTensorReference(source: FeatureMap, target: FeatureMap): FeatureMap {
  const channels = source.height * source.width;
  const cells = target.height * target.width;
  const data = new Float32Array(channels * cells);
  for (let t = 0; t < cells; t++) {
    let squares = 0;
    for (let k = 0; k < channels; k++) {
      const cell = (k % source.height) * source.width + Math.floor(k / source.height);
      let product = 0;
      for (let c = 0; c < source.channels; c++)
        product += source.data[c * channels + cell] * target.data[c * cells + t];
      data[k * cells + t] = Math.max(0, product);
      squares += data[k * cells + t] ** 2;
    }
    for (let k = 0; k < channels; k++) data[k * cells + t] /= Math.sqrt(squares + 1e-6);
  }
  return { channels, height: target.height, width: target.width, data };
}
