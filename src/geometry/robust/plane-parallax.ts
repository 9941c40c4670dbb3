/** Fundamental matrices where most of a scene lies in one plane (Chum, Werner and Matas 2005: DEGENSAC). */

import type { Matrix3 } from '../../core/index.ts';
import { multiply3 } from '../../core/index.ts';
import { createRandom } from './random.ts';

type Line = readonly [number, number, number];

const cross = (p: Line, q: Line): Line => [
  p[1] * q[2] - p[2] * q[1],
  p[2] * q[0] - p[0] * q[2],
  p[0] * q[1] - p[1] * q[0],
];

/** The line in B through where the plane's map takes a point of A and where its partner lies. */
function parallaxLine(h: Matrix3, a: Float64Array, b: Float64Array, i: number): Line {
  const [x, y] = [a[2 * i], a[2 * i + 1]];
  const mapped: Line = [h[0] * x + h[1] * y + h[2], h[3] * x + h[4] * y + h[5], h[6] * x + h[7] * y + h[8]];
  return cross(mapped, [b[2 * i], b[2 * i + 1], 1]);
}

/**
 * The fundamental matrix of a plane and two correspondences off it: their parallax meets in the epipole `e`, and
 * `F = [e]x H`. Null where both tell the same line.
 *
 * @param h the plane's homography, from A to B
 */
export function planeAndParallax(
  h: Matrix3,
  a: Float64Array,
  b: Float64Array,
  first: number,
  second: number,
): Matrix3 | null {
  const [x, y, w] = cross(parallaxLine(h, a, b, first), parallaxLine(h, a, b, second));
  const f = multiply3([0, -w, y, w, 0, -x, -y, x, 0], h);
  const length = Math.hypot(...f);
  return length > 0 && Number.isFinite(length)
    ? (f.map((value) => value / length) as unknown as Matrix3)
    : null;
}

/** The most matrices that {@link drawParallax} gives. */
const DRAWS = 500;

/** Matrices of a plane and random pairs of the correspondences `off` it; seeded. */
export function* drawParallax(
  h: Matrix3,
  a: Float64Array,
  b: Float64Array,
  off: readonly number[],
  seed: number,
): Generator<Matrix3> {
  const random = createRandom(seed);
  for (let draw = 0; draw < DRAWS && off.length > 1; draw++) {
    const first = Math.floor(random() * off.length);
    const second = (first + 1 + Math.floor(random() * (off.length - 1))) % off.length;
    const f = planeAndParallax(h, a, b, off[first], off[second]);
    if (f) yield f;
  }
}
