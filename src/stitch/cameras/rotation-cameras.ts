import type { Matrix3, Size } from '../../core/index.ts';
import { multiply3 } from '../../core/index.ts';
import type { AdjustableCameras, Tangent } from './bundle-adjust.ts';
import { nearestRotation, rotationOf } from './rotation.ts';

/** From pixels to a ray of the camera's own frame: the principal point is the middle of the image. */
export const pixelToRay = (focal: number, { width, height }: Size): Matrix3 => [
  1 / focal,
  0,
  -(width - 1) / 2 / focal,
  0,
  1 / focal,
  -(height - 1) / 2 / focal,
  0,
  0,
  1,
];

/** The inverse of {@link pixelToRay}: the calibration matrix. */
export const rayToPixel = (focal: number, { width, height }: Size): Matrix3 => [
  focal,
  0,
  (width - 1) / 2,
  0,
  focal,
  (height - 1) / 2,
  0,
  0,
  1,
];

/** Cameras that turn about one point. */
export interface RotationCameras extends AdjustableCameras<RotationCameras> {
  /** From each camera's frame to the common one. */
  readonly rotations: readonly Matrix3[];
  /** Focal lengths in pixels. */
  readonly focals: readonly number[];
}

/** What turning cameras start from. */
export interface RotationSetup {
  readonly sizes: readonly Size[];
  readonly rotations: readonly Matrix3[];
  readonly focals: readonly number[];
  /** Views with the same number share what changes their focal lengths; -1 leaves one as it is. */
  readonly focalGroups: readonly number[];
  /** The view that does not turn, so that the whole keeps its place. */
  readonly anchor: number;
}

const AXES: readonly Matrix3[] = [
  [0, 0, 0, 0, 0, -1, 0, 1, 0],
  [0, 0, 1, 0, 0, 0, -1, 0, 0],
  [0, -1, 0, 1, 0, 0, 0, 0, 0],
];
/** A greater focal length makes rays narrower: d ray / d log(focal). */
const NARROWER: Matrix3 = [-1, 0, 0, 0, -1, 0, 0, 0, 0];

/**
 * Cameras for {@link bundleAdjust}: three angles a view and the logarithm of the focal length of each group. The
 * matrices are `R inv(K)`.
 *
 * @example
 * import { rotationCameras } from 'whither/stitch';
 *
 * const rotations = [identity, identity];
 * const setup = { sizes, rotations, focals: [800, 800], focalGroups: [0, 0], anchor: 0 };
 * const { matrices } = rotationCameras(setup);
 */
export function rotationCameras(setup: RotationSetup): RotationCameras {
  const { sizes, rotations, focals, focalGroups, anchor } = setup;
  const groups = [...new Set(focalGroups.filter((group) => group >= 0))];
  const turning = rotations.map((_, v) => v).filter((v) => v !== anchor);
  const firstFocal = turning.length * 3;
  const tangents = rotations.map((_, v): Tangent[] => {
    const k = rayToPixel(focals[v], sizes[v]);
    const kInverse = pixelToRay(focals[v], sizes[v]);
    const within = (generator: Matrix3): Matrix3 => multiply3(k, multiply3(generator, kInverse));
    const turn = turning.indexOf(v);
    const group = groups.indexOf(focalGroups[v]);
    return [
      ...(turn < 0 ? [] : AXES.map((g, i) => ({ parameter: turn * 3 + i, generator: within(g) }))),
      ...(group < 0 ? [] : [{ parameter: firstFocal + group, generator: within(NARROWER) }]),
    ];
  });
  return {
    rotations,
    focals,
    matrices: rotations.map((r, v) => multiply3(r, pixelToRay(focals[v], sizes[v]))),
    parameterCount: firstFocal + groups.length,
    tangents: (v) => tangents[v],
    step(delta) {
      const turned = rotations.map((r, v) => {
        const at = turning.indexOf(v) * 3;
        return at < 0
          ? r
          : nearestRotation(multiply3(r, rotationOf([delta[at], delta[at + 1], delta[at + 2]])));
      });
      const zoomed = focals.map((f, v) => {
        const group = groups.indexOf(focalGroups[v]);
        return group < 0 ? f : f * Math.exp(Math.max(-1, Math.min(1, delta[firstFocal + group])));
      });
      return rotationCameras({ ...setup, rotations: turned, focals: zoomed });
    },
  };
}
