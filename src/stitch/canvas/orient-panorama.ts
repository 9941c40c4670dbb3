import type { Matrix3 } from '../../core/index.ts';
import { expected, homographyJacobian, multiply3, transpose3 } from '../../core/index.ts';
import { balancePlane } from './balance-plane.ts';
import { layOut } from './layout.ts';
import { nearestRotation, rayToPixel, rotationOf, correctWave } from '../cameras/index.ts';
import type { Sweep } from '../cameras/index.ts';
import type { Placement, ProjectionName } from '../types.ts';
import type { Size } from '../../core/index.ts';

/** A placement turned upright, and how it is to be shown. */
export interface Oriented {
  readonly matrices: readonly Matrix3[];
  readonly projection: ProjectionName;
  readonly projectionReason: string;
  /** False where the projection goes around up and down. */
  readonly upright: boolean;
  /** Pixels a unit of the projection at full resolution. */
  readonly scale: number;
  /** How it was turned upright. */
  readonly straightening?: string;
}

/** Up to this field of view, in degrees, a plane shows the world as images do. */
const MOST_ON_PLANE = 80;
/** Images of a plane that differ by less than this, in radians, have one idea of up. */
const MOST_TILT = 0.35;
/** Up to this one, across the sweep, a cylinder does. */
const MOST_ON_CYLINDER = 80;

/** Views that look farther than this from the horizon, in radians, would be smeared along it. */
const STEEP = (30 * Math.PI) / 180;
/** The same of views that go around: these have a ring about the horizon up to there. */
const STEEP_AROUND = (60 * Math.PI) / 180;
/** Up to this field of view, in degrees, a plane shows such views. */
const MOST_AIMED = 90;
/** Projections about the horizon, for whoever asks for them. */
const HORIZONTAL: readonly (ProjectionName | undefined)[] = [
  'cylindrical',
  'spherical',
  'equirectangular',
  'mercator',
  'panini',
];

/**
 * Turns the common frame of turning cameras upright and chooses the projection by the fields of view; planes stay as
 * they are.
 *
 * @param options a projection to take whatever the fields of view, and where to look after that
 */
export function orientPanorama(
  placement: Placement,
  sizes: readonly Size[],
  names: readonly string[],
  { projection: wanted, ...view }: Partial<ViewDirection> & { readonly projection?: ProjectionName } = {},
): Oriented {
  const turn = turnTo(view);
  if (placement.model !== 'rotation') return orientPlane(placement, sizes, names, wanted, turn !== undefined);
  const { matrices, focals } = placement;
  const rotations = matrices.map((m, v) => nearestRotation(multiply3(m, rayToPixel(focals![v], sizes[v]))));
  const { rotation, sweep, pitch, aim, explanation } = correctWave(rotations, names);
  const upright = matrices.map((m) => multiply3(rotation, m));
  const limit = Math.abs(pitch) > STEEP && goesAround(upright, sizes) ? STEEP_AROUND : STEEP;
  const steep = Math.abs(pitch) > limit && !HORIZONTAL.includes(wanted);
  const aimed = steep ? upright.map((m) => multiply3(aim, m)) : upright;
  const turned = turn ? aimed.map((m) => multiply3(turn, m)) : aimed;
  const scale = [...focals!].sort((x, y) => x - y)[focals!.length >> 1];
  return {
    matrices: turned,
    scale,
    straightening: steep ? `${explanation}; ${pitchInWords(pitch)}` : explanation,
    ...(steep ? chooseAimed(turned, sizes, wanted) : chooseProjection(turned, sizes, sweep, wanted)),
  };
}

/** Where the panorama looks, in degrees. */
interface ViewDirection {
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
}

/** From the rays of the panorama to those of a camera that looks elsewhere; undefined where it looks ahead. */
function turnTo({ yaw = 0, pitch = 0, roll = 0 }: Partial<ViewDirection>): Matrix3 | undefined {
  for (const [name, value] of Object.entries({ yaw, pitch, roll }))
    if (!Number.isFinite(value)) throw expected('a number of degrees', name, value);
  if (!yaw && !pitch && !roll) return undefined;
  const [y, p, r] = [yaw, pitch, roll].map((degrees) => (degrees * Math.PI) / 180);
  return transpose3(
    multiply3(rotationOf([0, y, 0]), multiply3(rotationOf([p, 0, 0]), rotationOf([0, 0, r]))),
  );
}

/** Whether views go around so far that they have no direction in common. */
const goesAround = (matrices: readonly Matrix3[], sizes: readonly Size[]): boolean =>
  layOut('spherical', matrices, sizes, 180 / Math.PI).width > 200;

const pitchInWords = (pitch: number): string => {
  const degrees = Math.round((Math.abs(pitch) * 180) / Math.PI);
  return `the camera looks ${pitch > 0 ? 'down' : 'up'} by ${degrees} degrees, so the mean direction is the middle`;
};

function orientPlane(
  placement: Placement,
  sizes: readonly Size[],
  names: readonly string[],
  wanted: ProjectionName | undefined,
  turns: boolean,
): Oriented {
  const { model } = placement;
  const matrices = model === 'homography' ? balancePlane(placement.matrices, sizes) : placement.matrices;
  const jacobians = matrices.map((m, v) =>
    homographyJacobian(m, (sizes[v].width - 1) / 2, (sizes[v].height - 1) / 2),
  );
  const areas = jacobians.map(([xx, xy, yx, yy]) => Math.abs(xx * yy - xy * yx)).sort((x, y) => x - y);
  const needs = [...(wanted && wanted !== 'plane' ? [wanted] : []), ...(turns ? ['where to look'] : [])];
  const ignored = needs.map((need) => `; ${need} needs a camera that turns`).join('');
  const { angle, explanation } = planeUp(
    jacobians.map(([xx, , yx]) => Math.atan2(yx, xx)),
    names,
  );
  const turn = rotationOf([0, 0, -angle]);
  return {
    matrices: matrices.map((m) => multiply3(turn, m)),
    projection: 'plane',
    projectionReason: `images placed by ${model} lie on a plane${ignored}`,
    upright: true,
    scale: 1 / Math.sqrt(areas[areas.length >> 1]),
    straightening: explanation,
  };
}

/** Which way is up on a plane: the mean of the images where they agree, else as the first has it. */
function planeUp(
  angles: readonly number[],
  names: readonly string[],
): { angle: number; explanation: string } {
  const mean = Math.atan2(
    angles.reduce((sum, a) => sum + Math.sin(a), 0),
    angles.reduce((sum, a) => sum + Math.cos(a), 0),
  );
  if (angles.every((a) => Math.cos(a - mean) > Math.cos(MOST_TILT)))
    return { angle: mean, explanation: 'upright by all images' };
  return {
    angle: angles[0],
    explanation: `upright as ${names[0]} is, since the images are turned against each other`,
  };
}

/** Of views about a direction far from the horizon: no way around them is special. */
function chooseAimed(
  matrices: readonly Matrix3[],
  sizes: readonly Size[],
  wanted?: ProjectionName,
): Pick<Oriented, 'projection' | 'projectionReason' | 'upright'> {
  const sphere = layOut('spherical', matrices, sizes, 180 / Math.PI);
  const field = `${sphere.width} x ${sphere.height} degrees about the mean direction`;
  if (wanted) return { projection: wanted, projectionReason: `as asked for; ${field}`, upright: true };
  return Math.max(sphere.width, sphere.height) <= MOST_AIMED
    ? { projection: 'plane', projectionReason: `${field}: straight lines can stay straight`, upright: true }
    : {
        projection: 'stereographic',
        projectionReason: `${field}: small shapes keep their form`,
        upright: true,
      };
}

function chooseProjection(
  matrices: readonly Matrix3[],
  sizes: readonly Size[],
  sweep: Sweep,
  wanted?: ProjectionName,
): Pick<Oriented, 'projection' | 'projectionReason' | 'upright'> {
  const sphere = layOut('spherical', matrices, sizes, 180 / Math.PI);
  const [across, down] = [sphere.width, sphere.height];
  const field = `${across} x ${down} degrees`;
  const tall = sweep === 'vertical' && down > across;
  if (wanted)
    return {
      projection: wanted,
      projectionReason: `as asked for; ${field}`,
      upright: !tall || wanted === 'equirectangular',
    };
  if (across <= MOST_ON_PLANE && down <= MOST_ON_PLANE)
    return {
      projection: 'plane',
      projectionReason: `${field}: straight lines can stay straight`,
      upright: true,
    };
  const narrow = tall ? across : down;
  if (narrow <= MOST_ON_CYLINDER)
    return {
      projection: 'cylindrical',
      projectionReason: `${field}: ${tall ? 'an upright sweep, level lines stay straight' : 'upright lines stay straight'}`,
      upright: !tall,
    };
  return { projection: 'spherical', projectionReason: `${field}: only a sphere holds both`, upright: true };
}
