import { ShapeError, expected } from './errors.ts';

/** Nine numbers, a 3 x 3 matrix row by row. */
export type Matrix3 = readonly [number, number, number, number, number, number, number, number, number];

/**
 * A projective map of the plane, row by row: `(x, y)` goes to `(X / W, Y / W)` with
 *
 * `X = h[0] x + h[1] y + h[2]`, `Y = h[3] x + h[4] y + h[5]`, `W = h[6] x + h[7] y + h[8]`.
 *
 * The matrix has no scale of its own: any multiple of it is the same map, and {@link normalizeHomography} chooses
 * one. `homographyAB` maps pixels of A to pixels of B; integer coordinates are pixel centres.
 */
export type Homography = Matrix3;

/** The map that leaves every point where it is. */
export const IDENTITY: Homography = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** Checks that there are nine finite numbers, and gives them back with their type. */
export function checkHomography(values: ArrayLike<number>, name: string): Homography {
  // The length first: JSON may claim any.
  const numbers = values?.length === 9 ? Array.from(values) : [];
  if (numbers.length !== 9 || !numbers.every(Number.isFinite))
    throw expected('nine finite numbers, a 3 x 3 matrix row by row,', name, values);
  return numbers as unknown as Homography;
}

/** As {@link checkHomography}, but cheap enough for a function that is called for each point. */
function checkLength(h: Homography, name: string): void {
  if (h?.length !== 9) checkHomography(h, name);
}

/**
 * Where `(x, y)` goes; not finite on the horizon.
 *
 * @param h nine numbers, row by row
 * @throws TypeError for a nested matrix, or where an argument is missing
 * @example
 * import { applyHomography } from 'whither';
 *
 * const [u, v] = applyHomography(homographyAB, 120, 80); // where (120, 80) of A lies in B
 */
export function applyHomography(h: Homography, x: number, y: number): [x: number, y: number] {
  checkLength(h, 'h');
  if (typeof x !== 'number' || typeof y !== 'number')
    throw expected('two numbers', 'x and y', typeof x === 'number' ? y : x);
  const w = h[6] * x + h[7] * y + h[8];
  return [(h[0] * x + h[1] * y + h[2]) / w, (h[3] * x + h[4] * y + h[5]) / w];
}

/**
 * Where many points go.
 *
 * @param points x and y interleaved, in pixels
 * @param out as long as `points`; defaults to a new array, and may be `points` itself
 * @throws TypeError for a nested matrix or a list of pairs
 * @example
 * import { transformPoints } from 'whither/geometry';
 *
 * const [u0, v0, u1, v1] = transformPoints(homographyAB, [0, 0, 639, 479]);
 */
export function transformPoints(
  h: Homography,
  points: ArrayLike<number>,
  out: Float64Array = new Float64Array(points.length),
): Float64Array {
  checkLength(h, 'h');
  checkPoints(points, 'points');
  for (let i = 0; i + 1 < points.length; i += 2) {
    const x = points[i];
    const y = points[i + 1];
    const w = h[6] * x + h[7] * y + h[8];
    out[i] = (h[0] * x + h[1] * y + h[2]) / w;
    out[i + 1] = (h[3] * x + h[4] * y + h[5]) / w;
  }
  return out;
}

/** Checks that points are numbers, x and y interleaved, by the first of them alone. */
export function checkPoints(points: ArrayLike<number>, name: string): void {
  const isList = typeof points === 'object' && points !== null && points.length % 2 === 0;
  if (!isList || (points.length > 0 && typeof points[0] !== 'number'))
    throw expected('x and y of each point, interleaved,', name, points);
}

/** The determinant; its sign tells whether the map keeps the sense of rotation where the weight is positive. */
export function determinant3(m: Matrix3): number {
  return (
    m[0] * (m[4] * m[8] - m[5] * m[7]) -
    m[1] * (m[3] * m[8] - m[5] * m[6]) +
    m[2] * (m[3] * m[7] - m[4] * m[6])
  );
}

/** The product of two matrices: as maps, first `b`, then `a`. */
export function multiply3(a: Matrix3, b: Matrix3): Matrix3 {
  const out = new Array<number>(9);
  for (let r = 0; r < 3; r++)
    for (let c = 0; c < 3; c++)
      out[3 * r + c] = a[3 * r] * b[c] + a[3 * r + 1] * b[3 + c] + a[3 * r + 2] * b[6 + c];
  return out as unknown as Matrix3;
}

/** The rows of `m` as columns. */
export const transpose3 = (m: Matrix3): Matrix3 => [m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8]];

/**
 * The map that takes A to C, from those that take B to C and A to B.
 *
 * @example
 * import { composeHomographies } from 'whither/geometry';
 *
 * const homographyAC = composeHomographies(homographyBC, homographyAB);
 */
export function composeHomographies(homographyBC: Homography, homographyAB: Homography): Homography {
  checkLength(homographyBC, 'homographyBC');
  checkLength(homographyAB, 'homographyAB');
  return multiply3(homographyBC, homographyAB);
}

/**
 * The map back.
 *
 * @throws {ShapeError} where there is none: the map takes the plane to a line or a point
 * @example
 * import { invertHomography } from 'whither/geometry';
 *
 * const homographyBA = invertHomography(homographyAB);
 */
export function invertHomography(h: Homography): Homography {
  checkLength(h, 'h');
  const adjugate: Homography = [
    h[4] * h[8] - h[5] * h[7],
    h[2] * h[7] - h[1] * h[8],
    h[1] * h[5] - h[2] * h[4],
    h[5] * h[6] - h[3] * h[8],
    h[0] * h[8] - h[2] * h[6],
    h[2] * h[3] - h[0] * h[5],
    h[3] * h[7] - h[4] * h[6],
    h[1] * h[6] - h[0] * h[7],
    h[0] * h[4] - h[1] * h[3],
  ];
  const determinant = determinant3(h);
  if (!Number.isFinite(determinant) || determinant === 0)
    throw new ShapeError(
      `Expected a homography that can be inverted but its determinant is ${determinant}: it takes the plane to a line`,
    );
  return adjugate.map((value) => value / determinant) as unknown as Homography;
}

/**
 * The multiple with 1 in the last place, or, where that entry is next to nothing beside the others, with length 1
 * and its largest entry positive.
 *
 * @example
 * import { normalizeHomography } from 'whither/geometry';
 *
 * const same = normalizeHomography([2, 0, 20, 0, 2, 10, 0, 0, 2]); // [1, 0, 10, 0, 1, 5, 0, 0, 1]
 */
export function normalizeHomography(h: Homography): Homography {
  checkLength(h, 'h');
  const length = Math.hypot(...h);
  if (length === 0) return h;
  if (Math.abs(h[8]) > 1e-12 * length) return h.map((value) => value / h[8]) as unknown as Homography;
  const largest = h.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
  return h.map((value) => value / (largest < 0 ? -length : length)) as unknown as Homography;
}

/**
 * The change of the map's value with its argument at `(x, y)`: `[dX/dx, dX/dy, dY/dx, dY/dy]`.
 *
 * @example
 * import { homographyJacobian } from 'whither/geometry';
 *
 * const [xx, xy, yx, yy] = homographyJacobian(homographyAB, 120, 80);
 * console.log(`areas about (120, 80) grow ${Math.abs(xx * yy - xy * yx)} times`);
 */
export function homographyJacobian(
  h: Homography,
  x: number,
  y: number,
): [xx: number, xy: number, yx: number, yy: number] {
  const w = h[6] * x + h[7] * y + h[8];
  const px = (h[0] * x + h[1] * y + h[2]) / w;
  const py = (h[3] * x + h[4] * y + h[5]) / w;
  return [(h[0] - px * h[6]) / w, (h[1] - px * h[7]) / w, (h[3] - py * h[6]) / w, (h[4] - py * h[7]) / w];
}

/**
 * The map of pixels that belongs to resizing by `scaleX` and `scaleY`: x goes to (x + 0.5) * scaleX - 0.5.
 *
 * @example
 * import { composeHomographies, resizeHomography } from 'whither/geometry';
 *
 * const toSmallB = composeHomographies(resizeHomography(0.5, 0.5), homographyAB);
 */
export const resizeHomography = (scaleX: number, scaleY: number): Homography => [
  scaleX,
  0,
  0.5 * scaleX - 0.5,
  0,
  scaleY,
  0.5 * scaleY - 0.5,
  0,
  0,
  1,
];
