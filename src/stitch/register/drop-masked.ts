import { selectCorrespondences } from '../../core/index.ts';
import type { Correspondences } from '../../core/index.ts';
import type { View } from '../types.ts';

/** The correspondences, in pixels of the images that were matched, whose points may be used in both. */
export function dropMasked(a: View, b: View, found: Correspondences): Correspondences {
  if (!a.mask && !b.mask) return found;
  const { pointsA, pointsB, scores } = found;
  const usable = Uint8Array.from(scores, (_, i) => (mayUse(a, pointsA, i) && mayUse(b, pointsB, i) ? 1 : 0));
  return selectCorrespondences(found, usable);
}

function mayUse({ mask, matched }: View, points: ArrayLike<number>, i: number): boolean {
  if (!mask) return true;
  const place = (at: number, size: number, length: number): number =>
    Math.max(0, Math.min(length - 1, Math.floor(((at + 0.5) * length) / size)));
  const x = place(points[2 * i], matched.width, mask.width);
  const y = place(points[2 * i + 1], matched.height, mask.height);
  return mask.data[y * mask.width + x] !== 0;
}
