/** Pairs of images with a known homography, and the scores of homographies found on them. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformPoints } from '../../src/core/homography.ts';
import type { Homography } from '../../src/core/homography.ts';
import { readImage } from '../../src/io/index.ts';
import type { Size } from '../../src/index.ts';
import { DATA, findData } from './folder.ts';

export interface HomographyPair {
  readonly set: string;
  readonly name: string;
  readonly a: string;
  readonly b: string;
  /** Maps pixels of A to pixels of B. */
  readonly truth: Homography;
}

/** Errors are taken in pixels of B scaled to this shorter side. */
const SHORTER_SIDE = 480;

/** The limits of the area under the recall curve, in pixels. */
export const AUC_AT = [1, 3, 5, 10] as const;

/** Points a side of the grid on A at which the overlap is compared. */
const GRID = 32;

const SETS = [
  { set: 'graf', folder: 'homography/oxford-graf', image: (k: number) => `img${k}.png`, truth: 'H1to%p' },
  {
    set: 'v_churchill',
    folder: 'hpatches-seq/v_churchill',
    image: (k: number) => `${k}.ppm`,
    truth: 'H_1_%',
  },
];

const readMatrix = (path: string): Homography =>
  readFileSync(path, 'utf8').trim().split(/\s+/).map(Number) as unknown as Homography;

/** Image 1 with each of images 2 to 6, of the sets that are there. */
export const listHomographyPairs = (): HomographyPair[] =>
  SETS.filter(({ folder }) => findData(folder)).flatMap(({ set, folder, image, truth }) =>
    [2, 3, 4, 5, 6].map((k) => ({
      ...{ set, name: `1-${k}` },
      ...{ a: join(DATA, folder, image(1)), b: join(DATA, folder, image(k)) },
      truth: readMatrix(join(DATA, folder, truth.replace('%', `${k}`))),
    })),
  );

/** Mean errors in pixels; `Infinity` without an answer, NaN where the truth itself leads behind the horizon. */
export interface HomographyErrors {
  /** Of A's four corners. */
  readonly corner: number;
  /** Of the points of a grid on A that B shows. */
  readonly overlap: number;
}

/** Points through a homography; NaN for those behind the horizon, seen from where most of them fall. */
function transformInFront(h: ArrayLike<number>, points: readonly number[]): number[] {
  const weights = Array.from(
    { length: points.length / 2 },
    (_, i) => h[6] * points[2 * i] + h[7] * points[2 * i + 1] + h[8],
  );
  const sign = Math.sign(medianOf(weights));
  const mapped = transformPoints(h as unknown as Homography, points);
  return Array.from(mapped, (value, i) => (weights[i >> 1] * sign > 1e-9 ? value : NaN));
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}

function meanError(found: ArrayLike<number> | null, truth: Homography, points: readonly number[]): number {
  const wanted = transformInFront(truth, points);
  if (wanted.some(Number.isNaN)) return NaN;
  if (!found || !Array.from(found).every(Number.isFinite)) return Infinity;
  const mapped = transformInFront(found, points);
  if (mapped.some(Number.isNaN)) return Infinity;
  let sum = 0;
  for (let i = 0; i < points.length; i += 2)
    sum += Math.hypot(mapped[i] - wanted[i], mapped[i + 1] - wanted[i + 1]);
  return sum / (points.length / 2);
}

/** The errors of one homography between images of these sizes. */
export function homographyErrors(
  found: ArrayLike<number> | null,
  truth: Homography,
  a: Size,
  b: Size,
): HomographyErrors {
  const [right, bottom] = [a.width - 1, a.height - 1];
  const corners = [0, 0, right, 0, right, bottom, 0, bottom];
  const step = (i: number, last: number) => (i * last) / (GRID - 1);
  const all = Array.from({ length: GRID * GRID }, (_, i) => [
    step(i % GRID, right),
    step(Math.floor(i / GRID), bottom),
  ]);
  const places = transformInFront(truth, all.flat());
  const shown = all.filter((_, i) => {
    const [x, y] = [places[2 * i], places[2 * i + 1]];
    return x >= 0 && y >= 0 && x <= b.width - 1 && y <= b.height - 1;
  });
  const scale = SHORTER_SIDE / Math.min(b.width, b.height);
  return {
    corner: scale * meanError(found, truth, corners),
    overlap: scale * meanError(found, truth, shown.flat()),
  };
}

/**
 * The area under the curve of recall over error, up to `limit` pixels, in %: the rule of SuperGlue and LoFTR. NaN errors
 * do not count.
 */
export function areaUnderRecall(errors: readonly number[], limit: number): number {
  const sorted = errors.filter((error) => !Number.isNaN(error)).sort((a, b) => a - b);
  let [area, x, recall] = [0, 0, 0];
  for (const [i, error] of sorted.entries()) {
    if (error >= limit) break;
    const next = (i + 1) / sorted.length;
    area += ((recall + next) / 2) * (error - x);
    [x, recall] = [error, next];
  }
  return (100 * (area + recall * (limit - x))) / limit;
}

/** What is said of a set: areas under the recall curve at `AUC_AT`, and failures (corners off by 10 px or more), in %. */
export interface HomographyScore {
  readonly pairs: number;
  readonly corner: readonly number[];
  readonly overlap: readonly number[];
  readonly failed: number;
}

/** Scores an answer to each pair, set by set. */
export async function scoreHomographies(
  pairs: readonly HomographyPair[],
  found: readonly (ArrayLike<number> | null)[],
): Promise<Record<string, HomographyScore>> {
  const errors = await Promise.all(
    pairs.map(async ({ truth, a, b }, i) =>
      homographyErrors(found[i], truth, await readImage(a), await readImage(b)),
    ),
  );
  const sets = [...new Set(pairs.map(({ set }) => set))];
  return Object.fromEntries(
    sets.map((set) => [set, scoreSet(errors.filter((_, i) => pairs[i].set === set))]),
  );
}

function scoreSet(errors: readonly HomographyErrors[]): HomographyScore {
  const corner = errors.map((error) => error.corner);
  const overlap = errors.map((error) => error.overlap);
  const known = corner.filter((error) => !Number.isNaN(error));
  return {
    pairs: errors.length,
    corner: AUC_AT.map((limit) => areaUnderRecall(corner, limit)),
    overlap: AUC_AT.map((limit) => areaUnderRecall(overlap, limit)),
    failed: (100 * known.filter((error) => error > 10).length) / known.length,
  };
}
