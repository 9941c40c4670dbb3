/** Rotations of space as 3 x 3 matrices. */

import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Matrix3 } from '../../core/index.ts';

export type Vector3 = readonly [x: number, y: number, z: number];

export const dot3 = (a: Vector3, b: Vector3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

export const cross3 = (a: Vector3, b: Vector3): Vector3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

/** The vector of length 1 in the same direction; zero stays zero. */
export function unit3(v: Vector3): Vector3 {
  const length = Math.hypot(v[0], v[1], v[2]) || 1;
  return [v[0] / length, v[1] / length, v[2] / length];
}

export const transform3 = (m: Matrix3, v: Vector3): Vector3 => [
  m[0] * v[0] + m[1] * v[1] + m[2] * v[2],
  m[3] * v[0] + m[4] * v[1] + m[5] * v[2],
  m[6] * v[0] + m[7] * v[1] + m[8] * v[2],
];

/** Column `k` of a matrix: where the axis goes. */
export const column3 = (m: Matrix3, k: number): Vector3 => [m[k], m[3 + k], m[6 + k]];

/** The matrix with these rows. */
export const fromRows = (x: Vector3, y: Vector3, z: Vector3): Matrix3 => [...x, ...y, ...z];

/** The turn about the direction of `omega` by its length in radians (Rodrigues). */
export function rotationOf(omega: Vector3): Matrix3 {
  const angle = Math.hypot(...omega);
  const [x, y, z] = unit3(omega);
  const s = Math.sin(angle);
  const c = 1 - Math.cos(angle);
  return [
    1 - c * (y * y + z * z),
    c * x * y - s * z,
    c * x * z + s * y,
    c * x * y + s * z,
    1 - c * (x * x + z * z),
    c * y * z - s * x,
    c * x * z - s * y,
    c * y * z + s * x,
    1 - c * (x * x + y * y),
  ];
}

/** The angle of a rotation in radians, 0 to pi. */
export const rotationAngle = (r: Matrix3): number =>
  Math.acos(Math.min(1, Math.max(-1, (r[0] + r[4] + r[8] - 1) / 2)));

/**
 * The rotation nearest to `m` in the sum of squares: rounding gathered over many products is taken out. It is that of
 * the quaternion which a symmetric matrix of the entries of `m` makes greatest (Horn 1987, section 4).
 */
export function nearestRotation(m: Matrix3): Matrix3 {
  const [xx, xy, xz, yx, yy, yz, zx, zy, zz] = m;
  const products = new Matrix([
    [xx + yy + zz, zy - yz, xz - zx, yx - xy],
    [zy - yz, xx - yy - zz, xy + yx, xz + zx],
    [xz - zx, xy + yx, yy - xx - zz, yz + zy],
    [yx - xy, xz + zx, yz + zy, zz - xx - yy],
  ]);
  // Of a symmetric matrix they come in rising order.
  const { eigenvectorMatrix } = new EigenvalueDecomposition(products, { assumeSymmetric: true });
  return rotationOfQuaternion(eigenvectorMatrix.getColumn(3));
}

function rotationOfQuaternion([w, x, y, z]: readonly number[]): Matrix3 {
  return [
    w * w + x * x - y * y - z * z,
    2 * (x * y - w * z),
    2 * (x * z + w * y),
    2 * (x * y + w * z),
    w * w - x * x + y * y - z * z,
    2 * (y * z - w * x),
    2 * (x * z - w * y),
    2 * (y * z + w * x),
    w * w - x * x - y * y + z * z,
  ];
}

/**
 * The rotation that takes directions A best to directions B in the sum of squares (Kabsch 1976).
 *
 * @param raysA x, y, z of each, interleaved, of length 1
 * @param weights one a ray; defaults to all alike
 */
export function fitRotation(
  raysA: ArrayLike<number>,
  raysB: ArrayLike<number>,
  weights?: ArrayLike<number>,
): Matrix3 {
  const sum = new Array<number>(9).fill(0);
  for (let i = 0; i * 3 < raysA.length; i++) {
    const w = weights ? weights[i] : 1;
    for (let r = 0; r < 3; r++)
      for (let c = 0; c < 3; c++) sum[r * 3 + c] += w * raysB[i * 3 + r] * raysA[i * 3 + c];
  }
  return nearestRotation(sum as unknown as Matrix3);
}
