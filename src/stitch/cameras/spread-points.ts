import type { Correspondences } from '../../core/index.ts';
import { pickCorrespondences } from '../../core/index.ts';

/**
 * At most `count` of many correspondences, from all over A: one of each occupied cell of a grid in turn, the surest
 * first, until there are enough.
 */
export function spreadPoints(all: Correspondences, count: number): Correspondences {
  const total = all.scores.length;
  if (total <= count) return all;
  const cells = new Map<number, number[]>();
  const side = cellSide(all.pointsA, count);
  const order = Array.from({ length: total }, (_, i) => i).sort(
    (i, j) => all.scores[j] - all.scores[i] || i - j,
  );
  for (const i of order) {
    const cell = Math.floor(all.pointsA[2 * i] / side) * 65536 + Math.floor(all.pointsA[2 * i + 1] / side);
    const members = cells.get(cell);
    if (members) members.push(i);
    else cells.set(cell, [i]);
  }
  const chosen: number[] = [];
  for (let round = 0; chosen.length < count; round++)
    for (const members of cells.values())
      if (round < members.length && chosen.length < count) chosen.push(members[round]);
  return pickCorrespondences(all, chosen);
}

/** Cells of which about `count` cover the area that the points span. */
function cellSide(points: Float64Array, count: number): number {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 2) {
    left = Math.min(left, points[i]);
    right = Math.max(right, points[i]);
    top = Math.min(top, points[i + 1]);
    bottom = Math.max(bottom, points[i + 1]);
  }
  return Math.max(1, Math.sqrt(((right - left + 1) * (bottom - top + 1)) / count));
}
