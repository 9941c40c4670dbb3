import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Matrix3 } from '../../core/index.ts';
import { transpose3 } from '../../core/index.ts';
import { column3, cross3, dot3, fromRows, rotationOf, transform3, unit3 } from './rotation.ts';
import type { Vector3 } from './rotation.ts';

/**
 * How the camera was moved:
 * - `horizontal`, `vertical`: from side to side, or up and down
 * - `both`: over an area
 * - `still`: hardly at all, or about its line of sight only
 */
export type Sweep = 'horizontal' | 'vertical' | 'both' | 'still';

/** Rotations after wave correction. */
export interface Straightened {
  /** From the old common frame to one with y down along gravity, as far as it can be told, and z in the middle. */
  readonly rotation: Matrix3;
  readonly sweep: Sweep;
  /** How far below the horizon the views look on average, in radians; negative above it, 0 where up is not known. */
  readonly pitch: number;
  /** From the frame of `rotation` to one whose z is the mean direction of view, with up still up. */
  readonly aim: Matrix3;
  /** What "up" was taken from, in one sentence. */
  readonly explanation: string;
}

/** Directions of view closer together than this, in radians, are no sweep. */
const STILL = 0.03;
/** One way of a sweep counts alone where it is this many times the other. */
const DOMINANT = 2.5;
/** The weight of "up is where the images' up is" against "the cameras' sides are level". */
const TIE = 0.05;

/**
 * Finds the direction of "up" of turning cameras and turns the common frame upright and towards the middle of the
 * views.
 *
 * People hold cameras level, so the direction to which all cameras' sides are square is up (Brown and Lowe 2007,
 * section 5). A vertical sweep has a whole circle of such directions, and bends if any is taken; there the nearest to
 * the images' own up counts. Where the camera rolled about its line of sight instead, sides say nothing and the
 * first image is upright.
 *
 * @param rotations from each camera's frame to the common one
 * @param names of the images, for the explanation
 * @example
 * import { correctWave } from 'whither/stitch';
 *
 * const { rotation, explanation } = correctWave(rotations);
 */
export function correctWave(rotations: readonly Matrix3[], names: readonly string[] = []): Straightened {
  const downs = rotations.map((r) => column3(r, 1));
  const sweep = findSweep(rotations);
  const level = levelDown(rotations);
  const agreeing = downs.filter((y) => dot3(level, y) > 0.5).length;
  const trusted = sweep !== 'still' && agreeing > rotations.length / 2;
  const down = trusted ? level : downs[0];
  const explanation = trusted
    ? `upright by all images, a ${sweep === 'both' ? 'sweep both ways' : `${sweep} sweep`}`
    : `upright as ${names[0] ?? 'the first image'} is, since the images' sides do not tell`;
  const middle = middleView(rotations);
  const rotation = frameOf(down, middle);
  const [, y, z] = transform3(rotation, middle);
  const pitches = rotations.map((r) =>
    Math.asin(Math.max(-1, Math.min(1, dot3(column3(r, 2), unit3(down))))),
  );
  const pitch = trusted ? pitches.reduce((sum, angle) => sum + angle, 0) / rotations.length : 0;
  return { rotation, sweep, pitch, aim: rotationOf([Math.atan2(y, z), 0, 0]), explanation };
}

const sumOf = (vectors: readonly Vector3[]): Vector3 =>
  vectors.reduce<Vector3>((s, v) => [s[0] + v[0], s[1] + v[1], s[2] + v[2]], [0, 0, 0]);

/** The direction in which most views look; that of the first where they cancel out, as in a full circle. */
function middleView(rotations: readonly Matrix3[]): Vector3 {
  const sum = sumOf(rotations.map((r) => column3(r, 2)));
  return Math.hypot(...sum) > 0.1 * rotations.length ? unit3(sum) : column3(rotations[0], 2);
}

/** The rows of the frame with y along `down` and z as near to `forward` as that allows. */
function frameOf(down: Vector3, forward: Vector3): Matrix3 {
  const right = cross3(down, forward);
  const safe = Math.hypot(...right) > 0.05 ? right : cross3(down, [0.6, 0, 0.8]);
  const x = unit3(safe);
  return fromRows(x, unit3(down), unit3(cross3(x, down)));
}

/** The direction square to the cameras' sides, among equals the one nearest to the images' down. */
function levelDown(rotations: readonly Matrix3[]): Vector3 {
  const sum = Matrix.zeros(3, 3);
  for (const r of rotations) {
    const [x, y] = [column3(r, 0), column3(r, 1)];
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++) sum.set(i, j, sum.get(i, j) + x[i] * x[j] - TIE * y[i] * y[j]);
  }
  const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(sum, { assumeSymmetric: true });
  const least = realEigenvalues.indexOf(Math.min(...realEigenvalues));
  const axis = unit3(eigenvectorMatrix.getColumn(least) as unknown as Vector3);
  const mean = sumOf(rotations.map((r) => column3(r, 1)));
  return dot3(axis, mean) < 0 ? [-axis[0], -axis[1], -axis[2]] : axis;
}

/** By where each camera sees the others' directions of view: beside its own, or above and below. */
function findSweep(rotations: readonly Matrix3[]): Sweep {
  let [sideways, upDown, pairs] = [0, 0, 0];
  for (const r of rotations)
    for (const other of rotations) {
      if (r === other) continue;
      const seen = transform3(transpose3(r), column3(other, 2));
      const angle = Math.acos(Math.max(-1, Math.min(1, seen[2])));
      const length = Math.hypot(seen[0], seen[1]) || 1;
      sideways += ((angle * seen[0]) / length) ** 2;
      upDown += ((angle * seen[1]) / length) ** 2;
      pairs++;
    }
  const [x, y] = [sideways, upDown].map((sum) => Math.sqrt(sum / Math.max(1, pairs)));
  if (Math.hypot(x, y) < STILL) return 'still';
  if (x > DOMINANT * y) return 'horizontal';
  return y > DOMINANT * x ? 'vertical' : 'both';
}
