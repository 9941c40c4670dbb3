import { distanceInside } from '../../../kernels/distance/index.ts';
import type { FlowField, Image, ScalarField } from '../../core/index.ts';
import { blurGaussian } from '../../features/scale-space/index.ts';
import type { Bend, PanoramaCanvas, WarpedView } from '../canvas/index.ts';
import { intersect } from '../canvas/index.ts';
import type { SeamMap } from './seams.ts';
import type { Rectangle } from '../types.ts';

/** Finds where the pixels of A lie in B, two images of one size; `confidence` is 0 to 1. */
export type FlowBetween = (
  imageA: Image,
  imageB: Image,
) => Promise<{ readonly flow: FlowField; readonly confidence?: ScalarField }>;

/** How well two images agree along their seam. */
export interface PairAlignment {
  /** Places in the list of images. */
  readonly a: number;
  readonly b: number;
  /** Mean difference of colours, of 255, within a few pixels of the seam on the small canvas. */
  readonly before: number;
  readonly after: number;
  /** Whether it was believed: only where `after` is clearly less. */
  readonly used: boolean;
}

/** How images are bent about their seams so that they agree. */
export interface Alignment {
  /** One for each image that is bent. */
  readonly bends: readonly (Bend | undefined)[];
  readonly pairs: readonly PairAlignment[];
}

/** Pixels of the small canvas: how far from a seam images are bent, and from the end of what both show. */
const [REACH, FADE] = [40, 12];
/** Moves are smoothed by a Gaussian of this deviation; longer ones are no parallax but other things. */
const [SMOOTH, LONGEST] = [4, 8];
/** The agreement is judged this near to the seam. */
const NEAR = 6;
/** Seams shorter than this, and shared parts narrower than this, are left alone. */
const [SHORTEST, NARROWEST] = [8, 24];
/** A pair is bent where that brings the difference below this share. */
const BELIEVED = 0.97;

/**
 * Bends images about their seams so that what stands at different distances meets there, which no camera model can
 * do where the camera moved: the flow that is left between two warped images, smoothed, moves each of them half
 * the way, less and less away from the seam.
 *
 * @param views on the small canvas, gains applied
 * @example
 * import { alignViews, findSeams } from 'whither/stitch';
 *
 * const seams = findSeams(views, canvas.width, canvas.height);
 * const { bends } = await alignViews(canvas, views, seams, async () => ({ flow }));
 * const bent = { ...canvas, bends };
 */
export async function alignViews(
  canvas: PanoramaCanvas,
  views: readonly WarpedView[],
  seams: SeamMap,
  flowBetween: FlowBetween,
): Promise<Alignment> {
  const fields = views.map(({ area }) => ({
    moves: new Float32Array(area.width * area.height * 2),
    weights: new Float32Array(area.width * area.height),
    used: false,
  }));
  const pairs: PairAlignment[] = [];
  for (const [a, b] of neighboursOf(seams)) {
    const area = intersect(views[a].area, views[b].area);
    if (!area || Math.min(area.width, area.height) < NARROWEST) continue;
    const shared = cutShared(views[a], views[b], area);
    const { flow, confidence } = await flowBetween(shared.imageA, shared.imageB);
    const weights = weighPlaces(seams, shared, a, b);
    const moves = smoothMoves(flow, confidence, shared);
    const before = differenceNear(shared, weights, null);
    const after = differenceNear(shared, weights, moves);
    const used = after < BELIEVED * before;
    pairs.push({ a, b, before, after, used });
    if (!used) continue;
    addMoves(fields[a], views[a].area, area, moves, weights.pull, -0.5);
    addMoves(fields[b], views[b].area, area, moves, weights.pull, 0.5);
  }
  const bends = fields.map((field, v) => (field.used ? toBend(canvas, views[v].area, field) : undefined));
  return { bends, pairs };
}

/** Images that touch along a seam, in rising order. */
function neighboursOf({ width, height, owners }: SeamMap): [a: number, b: number][] {
  const lengths = new Map<number, number>();
  const touch = (p: number, q: number): void => {
    if (p < 0 || q < 0 || p === q) return;
    const key = Math.min(p, q) * 65536 + Math.max(p, q);
    lengths.set(key, (lengths.get(key) ?? 0) + 1);
  };
  for (let y = 0; y < height - 1; y++)
    for (let x = 0; x < width - 1; x++) {
      const k = y * width + x;
      touch(owners[k], owners[k + 1]);
      touch(owners[k], owners[k + width]);
    }
  const long = [...lengths].filter(([, length]) => length >= SHORTEST).map(([key]) => key);
  return long.sort((p, q) => p - q).map((key) => [Math.floor(key / 65536), key % 65536]);
}

/** What two images show of one rectangle. */
interface Shared {
  readonly area: Rectangle;
  readonly imageA: Image;
  readonly imageB: Image;
  /** 1 where both show it. */
  readonly both: Uint8Array;
}

/** Where only one shows something, the other is given the same, so that nothing seems to move there. */
function cutShared(a: WarpedView, b: WarpedView, area: Rectangle): Shared {
  const { width, height } = area;
  const both = new Uint8Array(width * height);
  const [dataA, dataB] = [new Uint8Array(both.length * 3), new Uint8Array(both.length * 3)];
  const placeIn = (view: WarpedView, x: number, y: number): number =>
    (y + area.y - view.area.y) * view.area.width + x + area.x - view.area.x;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const k = y * width + x;
      const [p, q] = [placeIn(a, x, y), placeIn(b, x, y)];
      both[k] = a.inside[p] & b.inside[q];
      for (let c = 0; c < 3; c++) {
        const [va, vb] = [a.rgb[3 * p + c], b.rgb[3 * q + c]];
        dataA[3 * k + c] = Math.min(255, (a.inside[p] || !b.inside[q] ? va : vb) + 0.5);
        dataB[3 * k + c] = Math.min(255, (b.inside[q] || !a.inside[p] ? vb : va) + 0.5);
      }
    }
  return { area, imageA: { width, height, data: dataA }, imageB: { width, height, data: dataB }, both };
}

interface Weights {
  /** How much each place is moved, 0 to 1. */
  readonly pull: Float32Array;
  /** 1 where the agreement is judged. */
  readonly judged: Uint8Array;
}

function weighPlaces(seams: SeamMap, { area, both }: Shared, a: number, b: number): Weights {
  const { width, height } = area;
  const away = new Uint8Array(width * height).fill(1);
  const ownerAt = (x: number, y: number): number =>
    seams.owners[
      Math.min(seams.height - 1, y + area.y) * seams.width + Math.min(seams.width - 1, x + area.x)
    ];
  const isPair = (p: number, q: number): boolean => (p === a && q === b) || (p === b && q === a);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const owner = ownerAt(x, y);
      if (isPair(owner, ownerAt(x + 1, y)) || isPair(owner, ownerAt(x, y + 1))) away[y * width + x] = 0;
    }
  const distance = distanceInside(away, width, height);
  const inner = distanceInside(both, width, height);
  const pull = distance.map((d, k) => smoothStep(1 - d / REACH) * Math.min(1, inner[k] / FADE));
  const judged = Uint8Array.from(distance, (d, k) => (d < NEAR && inner[k] > 2 ? 1 : 0));
  return { pull, judged };
}

function smoothStep(t: number): number {
  const s = Math.max(0, Math.min(1, t));
  return s * s * (3 - 2 * s);
}

/** The flow as a smooth field, by what is sure of it; x and y interleaved. */
function smoothMoves(
  flow: FlowField,
  confidence: ScalarField | undefined,
  { area, both }: Shared,
): Float32Array {
  const { width, height } = area;
  const planes = [0, 1, 2].map(() => new Float32Array(width * height));
  for (let k = 0; k < both.length; k++) {
    const [u, v] = [flow.data[2 * k], flow.data[2 * k + 1]];
    if (!both[k] || !(Math.hypot(u, v) < LONGEST) || flow.valid?.[k] === 0) continue;
    const weight = confidence ? confidence.data[k] : 1;
    planes[0][k] = weight * u;
    planes[1][k] = weight * v;
    planes[2][k] = weight;
  }
  const [x, y, total] = planes.map((data) => blurGaussian({ width, height, data }, SMOOTH).data);
  const out = new Float32Array(2 * both.length);
  for (let k = 0; k < both.length; k++) {
    // Where little is sure, little is moved.
    const share = Math.max(total[k], 0.1);
    out[2 * k] = x[k] / share;
    out[2 * k + 1] = y[k] / share;
  }
  return out;
}

/** The mean difference of the two near the seam, each moved half the way, or as they are. */
function differenceNear(
  { area: { width, height }, imageA, imageB, both }: Shared,
  { pull, judged }: Weights,
  moves: Float32Array | null,
): number {
  let [sum, count] = [0, 0];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const k = y * width + x;
      if (!judged[k] || !both[k]) continue;
      const [u, v] = moves ? [(moves[2 * k] * pull[k]) / 2, (moves[2 * k + 1] * pull[k]) / 2] : [0, 0];
      for (let c = 0; c < 3; c++)
        sum += Math.abs(sample(imageA, x - u, y - v, c) - sample(imageB, x + u, y + v, c)) / 3;
      count++;
    }
  return count ? sum / count : 0;
}

function sample({ width, height, data }: Image, x: number, y: number, c: number): number {
  const sx = Math.max(0, Math.min(width - 1.001, x));
  const sy = Math.max(0, Math.min(height - 1.001, y));
  const [i, j] = [Math.floor(sx), Math.floor(sy)];
  const [fx, fy] = [sx - i, sy - j];
  const p = (j * width + i) * 3 + c;
  const q = height > 1 ? p + width * 3 : p;
  const upper = data[p] * (1 - fx) + (width > 1 ? data[p + 3] : data[p]) * fx;
  const lower = data[q] * (1 - fx) + (width > 1 ? data[q + 3] : data[q]) * fx;
  return upper * (1 - fy) + lower * fy;
}

interface Moves {
  readonly moves: Float32Array;
  readonly weights: Float32Array;
  used: boolean;
}

function addMoves(
  field: Moves,
  own: Rectangle,
  area: Rectangle,
  moves: Float32Array,
  pull: Float32Array,
  share: number,
): void {
  field.used = true;
  for (let y = 0; y < area.height; y++)
    for (let x = 0; x < area.width; x++) {
      const k = y * area.width + x;
      const o = (y + area.y - own.y) * own.width + x + area.x - own.x;
      field.weights[o] += pull[k];
      field.moves[2 * o] += share * pull[k] * moves[2 * k];
      field.moves[2 * o + 1] += share * pull[k] * moves[2 * k + 1];
    }
}

/** Where several seams pull, their mean. */
function toBend(canvas: PanoramaCanvas, area: Rectangle, { moves, weights }: Moves): Bend {
  const shifts = moves.map((move, i) => move / Math.max(1, weights[i >> 1]));
  const { width, height } = area;
  return { left: canvas.left + area.x, top: canvas.top + area.y, width, height, scale: canvas.scale, shifts };
}
