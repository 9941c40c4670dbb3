import type { Correspondences } from '../../core/index.ts';
import type { DistinctPlaces } from '../types.ts';

/** Correspondences nearer to each other than this share of the points' diagonal, in A or in B, are one place. */
const NEAR = 0.02;

/**
 * Counts correspondences that bear witness independently. A feature found at several scales or in several directions,
 * or seen in several simulated views, gives several correspondences that agree because they are one: of those near
 * each other in A or in B one counts. Inliers come first.
 *
 * @param inliers 1 for each correspondence that agrees, otherwise 0
 */
export function countPlaces({ pointsA, pointsB }: Correspondences, inliers: Uint8Array): DistinctPlaces {
  const [takenA, takenB] = [createSpacing(pointsA), createSpacing(pointsB)];
  const always = () => true;
  const countOf = (kind: number): number => {
    let count = 0;
    for (let i = 0; i < inliers.length; i++) {
      if (inliers[i] !== kind || takenA.someNear(i, always) || takenB.someNear(i, always)) continue;
      takenA.add(i);
      takenB.add(i);
      count++;
    }
    return count;
  };
  const agreeing = countOf(1);
  return { inliers: agreeing, all: agreeing + countOf(0) };
}

/**
 * One correspondence for each that others repeat, being near it in A and in B: what a search must not count twice.
 *
 * @param order indices, those to prefer first; as they come where null
 * @returns indices in rising order
 */
export function pickDistinct(
  { pointsA, pointsB, scores }: Correspondences,
  order: Uint32Array | null,
): number[] {
  const [takenA, takenB] = [createSpacing(pointsA), createSpacing(pointsB)];
  const kept: number[] = [];
  for (let k = 0; k < scores.length; k++) {
    const i = order ? order[k] : k;
    if (takenA.someNear(i, (j) => takenB.isNear(i, j))) continue;
    takenA.add(i);
    kept.push(i);
  }
  return kept.sort((i, j) => i - j);
}

export interface Extent {
  readonly width: number;
  readonly height: number;
  readonly diagonal: number;
}

/** The upright rectangle that just holds all points. */
export function measureExtent(points: Float64Array): Extent {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 2) {
    left = Math.min(left, points[i]);
    right = Math.max(right, points[i]);
    top = Math.min(top, points[i + 1]);
    bottom = Math.max(bottom, points[i + 1]);
  }
  const [width, height] = [right - left, bottom - top];
  return { width, height, diagonal: Math.hypot(width, height) };
}

/** Points that were added, to be found again by those near them. */
interface Spacing {
  add(i: number): void;
  isNear(i: number, j: number): boolean;
  /** Whether there is one near point `i` of which `test` holds. */
  someNear(i: number, test: (j: number) => boolean): boolean;
}

function createSpacing(points: Float64Array): Spacing {
  const radius = NEAR * measureExtent(points).diagonal;
  const side = Math.max(radius, 1e-9);
  const cells = new Map<number, number[]>();
  const keyOf = (column: number, row: number): number => column * 0x10000 + row;
  const columnOf = (i: number): number => Math.floor(points[2 * i] / side);
  const rowOf = (i: number): number => Math.floor(points[2 * i + 1] / side);
  const isNear = (i: number, j: number): boolean =>
    (points[2 * i] - points[2 * j]) ** 2 + (points[2 * i + 1] - points[2 * j + 1]) ** 2 < radius * radius;
  return {
    isNear,
    add(i) {
      const key = keyOf(columnOf(i), rowOf(i));
      const list = cells.get(key);
      if (list) list.push(i);
      else cells.set(key, [i]);
    },
    someNear(i, test) {
      const [column, row] = [columnOf(i), rowOf(i)];
      for (let c = column - 1; c <= column + 1; c++)
        for (let r = row - 1; r <= row + 1; r++)
          for (const j of cells.get(keyOf(c, r)) ?? []) if (isNear(i, j) && test(j)) return true;
      return false;
    },
  };
}
