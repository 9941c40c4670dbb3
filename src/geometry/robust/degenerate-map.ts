import { homographyJacobian } from '../../core/index.ts';
import type { Matrix3 } from '../../core/index.ts';

/** No camera sees a plane so far aside that one direction shrinks this many times as much as another. */
const MAX_TILT = 100;

/** Nor does it show one of two places this many times larger than the other. */
const MAX_ZOOM = 100;

/**
 * Whether a map takes areas to lines or points, or folds them: at the inliers its scale is 0, tilts or varies beyond
 * what a camera does, or changes its sense of rotation.
 *
 * @param pointsA x and y interleaved
 * @param inliers 1 for each point that counts, otherwise 0
 */
export function isDegenerate(h: Matrix3, pointsA: Float64Array, inliers: Uint8Array): boolean {
  let [smallest, largest, turned] = [Infinity, 0, 0];
  for (let i = 0; i < inliers.length; i++) {
    if (!inliers[i]) continue;
    const [xx, xy, yx, yy] = homographyJacobian(h, pointsA[2 * i], pointsA[2 * i + 1]);
    const area = xx * yy - xy * yx;
    // Of singular values s and t the squares sum up to this, and their product is the area: s / t + t / s is the quotient.
    const squares = xx * xx + xy * xy + yx * yx + yy * yy;
    if (!(squares <= MAX_TILT * Math.abs(area))) return true;
    if (turned !== 0 && Math.sign(area) !== turned) return true;
    turned = Math.sign(area);
    smallest = Math.min(smallest, Math.abs(area));
    largest = Math.max(largest, Math.abs(area));
  }
  return !(largest <= MAX_ZOOM ** 2 * smallest);
}
