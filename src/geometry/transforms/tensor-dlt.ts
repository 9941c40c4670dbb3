import { ShapeError } from '../../core/index.ts';
import type { Homography } from '../../core/index.ts';
import { solveLinear } from '../linear/index.ts';

/** Fewer than this much of the image's area between any three moved corners, and they count as on one line. */
const FLAT = 1e-6;

/**
 * The homography that moves a rectangle's corners by given offsets: the four-point form in which networks state
 * homographies (DeTone 2016), turned into a matrix by the direct linear transform with the last element set to 1
 * (the "tensor DLT" of Nguyen 2018, section III-B).
 *
 * @param offsets 8 values, pixels: x and y of each corner's move, from the top left one clockwise
 * @param width pixels; the corners are at 0 and `width - 1`
 * @param height pixels
 * @returns from the rectangle to where it moves; null where three corners come to lie on a line
 * @throws {ShapeError} for another number of offsets
 * @example
 * import { tensorDlt } from 'whither/geometry';
 *
 * const homography = tensorDlt([3, 1, 3, 1, 3, 1, 3, 1], 128, 128); // a shift by (3, 1)
 */
export function tensorDlt(offsets: ArrayLike<number>, width: number, height: number): Homography | null {
  if (offsets.length !== 8)
    throw new ShapeError(`Expected 8 values for offsets but received ${offsets.length}`);
  const [right, bottom] = [width - 1, height - 1];
  const from = [0, 0, right, 0, right, bottom, 0, bottom];
  const to = from.map((value, i) => value + offsets[i]);
  if (hasFlatCorner(to, right * bottom)) return null;
  // Coordinates of about 1, so that the equations are well conditioned.
  const size = Math.max(right, bottom);
  const rows = new Float64Array(72);
  for (let k = 0; k < 4; k++) {
    const [x, y] = [from[2 * k] / size, from[2 * k + 1] / size];
    const [u, v] = [to[2 * k] / size, to[2 * k + 1] / size];
    rows.set([x, y, 1, 0, 0, 0, -u * x, -u * y, u], 18 * k);
    rows.set([0, 0, 0, x, y, 1, -v * x, -v * y, v], 18 * k + 9);
  }
  const h = solveLinear(rows, 8);
  if (!h?.every(Number.isFinite)) return null;
  return [h[0], h[1], h[2] * size, h[3], h[4], h[5] * size, h[6] / size, h[7] / size, 1];
}

function hasFlatCorner(p: readonly number[], area: number): boolean {
  for (let skip = 0; skip < 4; skip++) {
    const [i, j, k] = [0, 1, 2, 3].filter((corner) => corner !== skip).map((corner) => 2 * corner);
    const doubled = (p[j] - p[i]) * (p[k + 1] - p[i + 1]) - (p[j + 1] - p[i + 1]) * (p[k] - p[i]);
    if (Math.abs(doubled) <= FLAT * area) return true;
  }
  return false;
}
