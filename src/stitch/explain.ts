import type { LeftOut } from './report.ts';
import type { StitchPair, View } from './types.ts';

/** Fewer points than this are hardly enough for any pair. */
const FEW_POINTS = 40;

/** Images with fewer pixels than this are small rather than plain. */
const FEW_PIXELS = 40_000;

/** Why an image is in no panorama, and what might help. */
export function explainLeftOut(
  view: View,
  keypoints: number,
  pairs: readonly StitchPair[],
  names: readonly string[],
): LeftOut {
  if (keypoints < FEW_POINTS)
    return {
      file: view.name,
      reason: `${keypoints ? `only ${keypoints}` : 'no'} points were found in it that could be matched`,
      advice:
        view.width * view.height < FEW_PIXELS
          ? `it has only ${view.width} x ${view.height} pixels: give a larger one`
          : 'it is blurred, dark, or shows little but sky, water or walls: take it again with more detail in view',
    };
  const own = pairs.filter(({ a, b }) => a === view.index || b === view.index);
  const best = own.reduce<StitchPair | undefined>(
    (x, y) => (!x || y.inliers.scores.length > x.inliers.scores.length ? y : x),
    undefined,
  );
  if (!best)
    return {
      file: view.name,
      reason: 'there was nothing to compare it with',
      advice: 'give two images or more',
    };
  const other = names[best.a === view.index ? best.b : best.a];
  return {
    file: view.name,
    reason: `no pair is sure enough; the nearest, with ${other}: ${best.reason ?? 'contradicts the others'}`,
    advice: adviceFor(best),
  };
}

function adviceFor({ matches, inliers, overlap }: StitchPair): string {
  if (matches.scores.length < 20)
    return 'it seems to show something else; if not, the overlap is too small or too plain: add an image between';
  if (inliers.scores.length < 8)
    return 'it seems to show something else, or the scene moved: leave it out, or add an image that overlaps by a third';
  if (overlap < 0.1) return 'the overlap is too small: add an image between the two';
  return 'add an image that overlaps it by a third or more, from the same standpoint';
}
