import type { DescriptorMatches, Features } from '../../features/index.ts';
import { createPartners, descriptorDistance } from '../../features/match/index.ts';

/** Scales of partners may differ by this factor, in images that show the same thing at one size. */
const MOST_SCALE = 1.7;

/** Directions of partners may differ by this many radians. */
const MOST_TURN = 0.6;

/** Greatest distance of two RootSIFT or learned vectors of length 1 that may be partners. */
const MOST_DISTANCE = 0.8;

/** Best over second best within the circle. */
const RATIO = 0.9;

/**
 * Matches features of two images that show the same thing at the same place but for a few pixels: the best of those
 * within `radius`, of about the same scale and direction, from both sides.
 */
export function matchNearby(a: Features, b: Features, radius: number): DescriptorMatches {
  const forward = bestNearby(a, b, radius);
  const backward = bestNearby(b, a, radius);
  const chosen: number[] = [];
  forward.index.forEach((j, i) => {
    if (j >= 0 && backward.index[j] === i && forward.ratio[i] <= RATIO) chosen.push(i);
  });
  return {
    indexA: Uint32Array.from(chosen),
    indexB: Uint32Array.from(chosen, (i) => forward.index[i]),
    distances: Float32Array.from(chosen, (i) => forward.distance[i]),
    ratios: Float32Array.from(chosen, (i) => forward.ratio[i]),
  };
}

interface Nearest {
  readonly index: Int32Array;
  readonly distance: Float32Array;
  readonly ratio: Float32Array;
}

function bestNearby(a: Features, b: Features, radius: number): Nearest {
  const count = a.keypoints.scales.length;
  const partners = createPartners(count, b, MOST_DISTANCE);
  const grid = createGrid(b.keypoints.points, radius);
  const { points, scales, angles } = a.keypoints;
  for (let i = 0; i < count; i++) {
    const [x, y] = [points[2 * i], points[2 * i + 1]];
    for (const j of grid(x, y)) {
      const [dx, dy] = [b.keypoints.points[2 * j] - x, b.keypoints.points[2 * j + 1] - y];
      if (dx * dx + dy * dy > radius * radius) continue;
      if (!isAlike(scales[i], b.keypoints.scales[j], angles[i], b.keypoints.angles[j])) continue;
      partners.offer(i, j, descriptorDistance(a, i, b, j));
    }
  }
  const { index, first, second } = partners;
  const ratio = first.map((best, i) => (second[i] === Infinity ? 0.5 : best / second[i]));
  return { index, distance: first, ratio };
}

/** Whether two keypoints are of about the same scale and direction. */
export function isAlike(scaleA: number, scaleB: number, angleA: number, angleB: number): boolean {
  if (scaleA > MOST_SCALE * scaleB || scaleB > MOST_SCALE * scaleA) return false;
  const turn = Math.abs(angleA - angleB) % (2 * Math.PI);
  return Math.min(turn, 2 * Math.PI - turn) <= MOST_TURN;
}

/** Gives the indices of the points in the nine squares around a place. */
function createGrid(points: Float64Array, side: number): (x: number, y: number) => number[] {
  const cells = new Map<number, number[]>();
  const key = (column: number, row: number) => row * 65536 + column;
  for (let i = 0; 2 * i < points.length; i++) {
    const k = key(Math.floor(points[2 * i] / side), Math.floor(points[2 * i + 1] / side));
    const list = cells.get(k);
    if (list) list.push(i);
    else cells.set(k, [i]);
  }
  return (x, y) => {
    const found: number[] = [];
    const [column, row] = [Math.floor(x / side), Math.floor(y / side)];
    for (let r = row - 1; r <= row + 1; r++)
      for (let c = column - 1; c <= column + 1; c++) {
        const list = cells.get(key(c, r));
        if (list) found.push(...list);
      }
    return found;
  };
}
