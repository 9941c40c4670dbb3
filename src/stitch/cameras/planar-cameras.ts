import type { Matrix3 } from '../../core/index.ts';
import { IDENTITY, multiply3, normalizeHomography } from '../../core/index.ts';
import type { AdjustableCameras, Tangent } from './bundle-adjust.ts';
import { pixelToRay, rayToPixel } from './rotation-cameras.ts';
import type { Size } from '../../core/index.ts';

/** Views of a plane: each maps to it by a matrix of its own. */
export type PlanarCameras = AdjustableCameras<PlanarCameras>;

/** What planar cameras start from. */
export interface PlanarSetup {
  readonly sizes: readonly Size[];
  readonly matrices: readonly Matrix3[];
  readonly model: 'affine' | 'homography';
  /** The view that stays where it is. */
  readonly anchor: number;
}

/** The entries of a map that are free: all of an affine one, all but the last of a homography. */
const FREE_ENTRIES = { affine: 6, homography: 8 } as const;

/**
 * Cameras for {@link bundleAdjust}: six numbers a view for `affine`, eight for `homography`, counted in coordinates
 * from the middle of the image in units of its longer side, so that all weigh alike.
 *
 * @example
 * import { bundleAdjust, planarCameras } from 'whither/stitch';
 *
 * const start = planarCameras({ sizes, matrices: [identity, homographyBA], model: 'affine', anchor: 0 });
 * const { cameras } = bundleAdjust(start, [{ a: 0, b: 1, points: correspondences }]);
 */
export function planarCameras(setup: PlanarSetup): PlanarCameras {
  const { sizes, matrices, model, anchor } = setup;
  const free = FREE_ENTRIES[model];
  const moving = matrices.map((_, v) => v).filter((v) => v !== anchor);
  const unit = ({ width, height }: Size): number => Math.max(width, height);
  const generators = sizes.map((size) => {
    const toUnit = pixelToRay(unit(size), size);
    const fromUnit = rayToPixel(unit(size), size);
    return Array.from({ length: free }, (_, entry) => {
      const single = IDENTITY.map((_, i) => (i === entry ? 1 : 0)) as unknown as Matrix3;
      return multiply3(fromUnit, multiply3(single, toUnit));
    });
  });
  return {
    matrices,
    parameterCount: moving.length * free,
    tangents(v): Tangent[] {
      const at = moving.indexOf(v);
      return at < 0 ? [] : generators[v].map((generator, i) => ({ parameter: at * free + i, generator }));
    },
    step(delta) {
      const moved = matrices.map((m, v) => {
        const at = moving.indexOf(v);
        if (at < 0) return m;
        const change = IDENTITY.map(
          (one, k) => one + generators[v].reduce((sum, g, i) => sum + delta[at * free + i] * g[k], 0),
        ) as unknown as Matrix3;
        return normalizeHomography(multiply3(m, change));
      });
      return planarCameras({ ...setup, matrices: moved });
    },
  };
}
