import type { ProjectionName } from '../types.ts';

/**
 * How rays become an image. Rays are x right, y down, z forward, of any length; image coordinates are 1 a radian
 * in the middle, where all projections look alike. Longitude is 0 forwards, positive to the right; latitude is
 * positive below the horizon.
 */
export interface Projection {
  /** Where the ray falls; null where it falls nowhere. `out` is filled and given back. */
  project(x: number, y: number, z: number, out: Float64Array): Float64Array | null;
  /** The ray, of any length, at a place of the image; beyond its edges what goes on there. */
  unproject(u: number, v: number, out: Float64Array): Float64Array;
  /** The length of once around in image coordinates; undefined where left and right do not meet. */
  readonly period?: number;
}

/** Mercator and the cylinder end at this latitude, stereographic at this angle from forwards, in radians. */
const [STEEPEST, WIDEST] = [1.48, 2.8];

function set(out: Float64Array, a: number, b: number, c = 0): Float64Array {
  out[0] = a;
  out[1] = b;
  out[2] = c;
  return out;
}

/** The ray at longitude and latitude. */
const fromAngles = (longitude: number, tangent: number, out: Float64Array): Float64Array =>
  set(out, Math.sin(longitude), tangent, Math.cos(longitude));

/** Straight lines stay straight; up to about 100 degrees. */
const PLANE: Projection = {
  project: (x, y, z, out) => (z > 1e-6 ? set(out, x / z, y / z) : null),
  unproject: (u, v, out) => set(out, u, v, 1),
};

/** Upright lines stay straight, distances sideways are angles. */
const CYLINDRICAL: Projection = {
  project(x, y, z, out) {
    const tangent = y / Math.hypot(x, z);
    return Math.abs(tangent) < Math.tan(STEEPEST) ? set(out, Math.atan2(x, z), tangent) : null;
  },
  unproject: (u, v, out) => fromAngles(u, v, out),
  period: 2 * Math.PI,
};

/** Longitude and latitude; the whole sphere fits. */
const SPHERICAL: Projection = {
  project: (x, y, z, out) => set(out, Math.atan2(x, z), Math.atan2(y, Math.hypot(x, z))),
  unproject: (u, v, out) => set(out, Math.sin(u) * Math.cos(v), Math.sin(v), Math.cos(u) * Math.cos(v)),
  period: 2 * Math.PI,
};

/** As the cylinder, but small shapes keep their form. */
const MERCATOR: Projection = {
  project(x, y, z, out) {
    const tangent = y / Math.hypot(x, z);
    return Math.abs(tangent) < Math.tan(STEEPEST) ? set(out, Math.atan2(x, z), Math.asinh(tangent)) : null;
  },
  unproject: (u, v, out) => fromAngles(u, Math.sinh(v), out),
  period: 2 * Math.PI,
};

/** Seen from the back of the sphere: small shapes keep their form, circles stay circles ("little planet"). */
const STEREOGRAPHIC: Projection = {
  project(x, y, z, out) {
    const length = Math.hypot(x, y, z);
    if (z < length * Math.cos(WIDEST)) return null;
    const k = 2 / (length + z);
    return set(out, x * k, y * k);
  },
  unproject: (u, v, out) => set(out, u, v, 1 - (u * u + v * v) / 4),
};

/** Pannini of d = 1: wide views with straight uprights and straight lines towards the middle (Sharpless 2010). */
const PANINI: Projection = {
  project(x, y, z, out) {
    const around = Math.hypot(x, z);
    if (z < around * Math.cos(WIDEST)) return null;
    const k = 2 / (around + z);
    return set(out, k * x, k * y);
  },
  unproject(u, v, out) {
    const longitude = 2 * Math.atan(u / 2);
    return fromAngles(longitude, (v * (1 + Math.cos(longitude))) / 2, out);
  },
};

const PROJECTIONS: Readonly<Record<ProjectionName, Projection>> = {
  plane: PLANE,
  cylindrical: CYLINDRICAL,
  spherical: SPHERICAL,
  equirectangular: SPHERICAL,
  mercator: MERCATOR,
  stereographic: STEREOGRAPHIC,
  panini: PANINI,
};

/** The projections by name. */
export const PROJECTION_NAMES = Object.keys(PROJECTIONS) as readonly ProjectionName[];

/**
 * A projection by name.
 *
 * @param upright false for vertical sweeps: what goes around sideways goes around up and down instead
 * @example
 * import { createProjection } from 'whither/stitch';
 *
 * const { project } = createProjection('cylindrical');
 * const place = project(0.5, 0, 1, new Float64Array(2)); // of a ray; null where it has none
 */
export function createProjection(name: ProjectionName, upright = true): Projection {
  const projection = PROJECTIONS[name];
  if (upright) return projection;
  return {
    project(x, y, z, out) {
      const placed = projection.project(y, x, z, out);
      return placed && set(placed, placed[1], placed[0]);
    },
    unproject(u, v, out) {
      const ray = projection.unproject(v, u, out);
      return set(ray, ray[1], ray[0], ray[2]);
    },
    // Once around is up and down here, where images do not close.
  };
}
