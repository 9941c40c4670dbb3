import { createCorrespondences, expected } from '../../core/index.ts';
import type { Correspondences } from '../../core/index.ts';
import { applyWarp } from '../../geometry/index.ts';
import type { SemanticMatch } from './match-semantic.ts';

/** What carries the points: the dense flow, or the one warp of the whole image. */
export type TransferBy = 'flow' | 'transform';

/** Points of A and where they lie in B, with a confidence each. */
export type TransferredPoints = Correspondences;

/**
 * Where points of A lie in B. Outside A's image the flow is that of its border.
 *
 * @param points x and y interleaved, in pixels of A
 * @throws {TypeError} where the points are not pairs of finite numbers, or a transform is wanted that was not found
 * @example
 * import { loadSemanticModel, matchSemantic, transferPoints } from 'whither';
 *
 * await using model = await loadSemanticModel();
 * const found = await matchSemantic(model, imageA, imageB);
 * const { pointsB, scores } = transferPoints(found, [120, 80, 200, 64]);
 */
export function transferPoints(
  match: SemanticMatch,
  points: ArrayLike<number>,
  by: TransferBy = 'flow',
): TransferredPoints {
  if (points.length % 2 || !Array.from(points).every(Number.isFinite))
    throw expected('x and y of each point, finite numbers,', 'points', points);
  const scores = Array.from({ length: points.length / 2 }, (_, i) =>
    sample(match.confidence, 1, 0, points[2 * i], points[2 * i + 1]),
  );
  if (by === 'flow') return createCorrespondences(points, byFlow(match, points), scores, 'semantic');
  if (by !== 'transform') throw expected('one of flow, transform', 'by', by);
  if (!match.transform)
    throw expected('a match with a transform', 'match', match, 'ask for one in matchSemantic');
  return createCorrespondences(points, applyWarp(match.transform.warpAB, points), scores, 'semantic');
}

function byFlow({ flow }: SemanticMatch, points: ArrayLike<number>): Float64Array {
  const out = new Float64Array(points.length);
  for (let i = 0; i < points.length; i += 2)
    for (const axis of [0, 1])
      out[i + axis] = points[i + axis] + sample(flow, 2, axis, points[i], points[i + 1]);
  return out;
}

interface Grid {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** One value of a field, bilinearly; the border is repeated. */
function sample({ width, height, data }: Grid, values: number, offset: number, x: number, y: number): number {
  const [cx, cy] = [Math.min(Math.max(x, 0), width - 1), Math.min(Math.max(y, 0), height - 1)];
  const [left, top] = [Math.floor(cx), Math.floor(cy)];
  const [right, bottom] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)];
  const [tx, ty] = [cx - left, cy - top];
  const at = (row: number, column: number): number => data[(row * width + column) * values + offset];
  return (
    (at(top, left) * (1 - tx) + at(top, right) * tx) * (1 - ty) +
    (at(bottom, left) * (1 - tx) + at(bottom, right) * tx) * ty
  );
}
