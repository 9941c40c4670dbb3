import { createCorrespondences, expected, sampleBilinear } from '../../core/index.ts';
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
    sampleBilinear(match.confidence, points[2 * i], points[2 * i + 1]),
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
      out[i + axis] = points[i + axis] + sampleBilinear(flow, points[i], points[i + 1], 2, axis);
  return out;
}
