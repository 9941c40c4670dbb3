import { determinant3, homographyJacobian, multiply3 } from '../../core/index.ts';
import type { Matrix3, Size } from '../../core/index.ts';

/** Steps of the search along each axis, in shares of the plane's extent: the first, and the last. */
const [FIRST_STEP, LAST_STEP] = [0.25, 0.001];
/** The change must make the areas so much more alike, as a logarithm. */
const WORTH_IT = 0.05;

/**
 * Images that homographies place on a plane, seen from another side: that from which their areas are most alike. Where the
 * plane was that of one image, the far side of the others is no longer a wedge. Straight lines stay straight, and where
 * images lie on each other does not change.
 */
export function balancePlane(matrices: readonly Matrix3[], sizes: readonly Size[]): readonly Matrix3[] {
  const corners = matrices.flatMap((m, v) => cornersOf(m, sizes[v]));
  const frame = frameOf(corners);
  const cost = (tilt: Tilt): number => rangeOfAreas(corners, tiltOf(tilt, frame));
  const best = searchTilt(cost);
  if (!(cost([0, 0]) - cost(best) > WORTH_IT)) return matrices;
  const change: Matrix3 = [1, 0, 0, 0, 1, 0, ...tiltOf(best, frame)];
  return unshear(
    matrices.map((m) => multiply3(change, m)),
    sizes,
  );
}

/** Least determinant of the mean of the images' axes at which they have a common idea of up. */
const AGREE = 0.7;

/** In the mean of the images, in their middles, right angles are right and both axes of one scale. */
function unshear(matrices: readonly Matrix3[], sizes: readonly Size[]): readonly Matrix3[] {
  const sum = [0, 0, 0, 0];
  for (const [v, m] of matrices.entries()) {
    const axes = homographyJacobian(m, (sizes[v].width - 1) / 2, (sizes[v].height - 1) / 2);
    const length = Math.sqrt(Math.abs(axes[0] * axes[3] - axes[1] * axes[2]));
    axes.forEach((value, k) => (sum[k] += value / length / matrices.length));
  }
  const [a, b, c, d] = sum;
  const determinant = a * d - b * c;
  if (!(determinant > AGREE)) return matrices;
  // The rotation nearest to the mean, after the inverse of the mean.
  const angle = Math.atan2(c - b, a + d);
  const [cos, sin] = [Math.cos(angle) / determinant, Math.sin(angle) / determinant];
  const change: Matrix3 = [
    ...[cos * d + sin * c, -cos * b - sin * a, 0],
    ...[sin * d - cos * c, -sin * b + cos * a, 0],
    ...[0, 0, 1],
  ] as unknown as Matrix3;
  return matrices.map((m) => multiply3(change, m));
}

/** How the plane is tilted along x and y, in units of its extent. */
type Tilt = readonly [number, number];
type Row = readonly [number, number, number];

/** A corner of an image on the plane, homogeneous, and the determinant of the image's matrix. */
interface Corner {
  readonly at: Row;
  readonly determinant: number;
}

function cornersOf(m: Matrix3, { width, height }: Size): Corner[] {
  const determinant = Math.abs(determinant3(m));
  return [
    [0, 0],
    [width - 1, 0],
    [0, height - 1],
    [width - 1, height - 1],
  ].map(([x, y]) => ({
    determinant,
    at: [m[0] * x + m[1] * y + m[2], m[3] * x + m[4] * y + m[5], m[6] * x + m[7] * y + m[8]],
  }));
}

/** The middle of all corners, and their distance from it. */
function frameOf(corners: readonly Corner[]): { x: number; y: number; extent: number } {
  const places = corners.map(({ at: [x, y, w] }) => [x / w, y / w] as const);
  const mean = (k: 0 | 1): number => places.reduce((sum, place) => sum + place[k], 0) / places.length;
  const [x, y] = [mean(0), mean(1)];
  return { x, y, extent: Math.max(1e-9, ...places.map(([px, py]) => Math.hypot(px - x, py - y))) };
}

/** The last row of the change of the plane: 1 in its middle. */
function tiltOf([a, b]: Tilt, { x, y, extent }: { x: number; y: number; extent: number }): Row {
  return [a / extent, b / extent, 1 - (a * x + b * y) / extent];
}

/** The largest by the smallest area of a pixel at the corners, as a logarithm; infinite beyond the horizon. */
function rangeOfAreas(corners: readonly Corner[], row: Row): number {
  const logs = corners.map(({ at, determinant }) => {
    const weight = row[0] * at[0] + row[1] * at[1] + row[2] * at[2];
    return weight > 0 ? Math.log(determinant) - 3 * Math.log(weight) : Infinity;
  });
  return Math.max(...logs) - Math.min(...logs);
}

/** The least cost about no tilt, by ever smaller steps. */
function searchTilt(cost: (tilt: Tilt) => number): Tilt {
  let best: Tilt = [0, 0];
  let least = cost(best);
  for (let step = FIRST_STEP; step > LAST_STEP;) {
    const around = NEIGHBOURS.map(([x, y]): Tilt => [best[0] + step * x, best[1] + step * y]);
    const costs = around.map(cost);
    const k = costs.indexOf(Math.min(...costs));
    if (costs[k] < least) [best, least] = [around[k], costs[k]];
    else step /= 2;
  }
  return best;
}

const NEIGHBOURS = [-1, 0, 1].flatMap((x) => [-1, 0, 1].map((y): Tilt => [x, y])).filter(([x, y]) => x || y);
