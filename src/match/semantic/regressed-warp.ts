import { IDENTITY, checkAborted, composeHomographies, invertHomography } from '../../core/index.ts';
import type { Homography } from '../../core/index.ts';
import { matchingTensor } from '../../../kernels/consensus/index.ts';
import type { FeatureMap } from '../../../kernels/types.ts';
import { applyWarp, composeWarps, fitWarp, homographyWarp } from '../../geometry/index.ts';
import type { Warp } from '../../geometry/index.ts';
import { resizeAligned, sampleCells, toUnitVectors } from './features.ts';
import { pixelsToCells, planeToCells } from './grid.ts';

import type { RegressorName, SemanticModel } from './semantic-model.ts';
import type { Size } from '../../core/index.ts';

/** Corners of the plane -1..1 row by row, and its 3 x 3 control points. */
const CORNERS = [-1, -1, 1, -1, -1, 1, 1, 1];
const CONTROLS = [-1, 0, 1].flatMap((y) => [-1, 0, 1].flatMap((x) => [x, y]));

/** A regressor's numbers as a warp of the plane -1..1. */
export function warpOfNumbers(name: RegressorName, theta: ArrayLike<number>): Warp {
  if (name === 'affine') {
    const [a, b, c, d, e, f] = Array.from(theta);
    return homographyWarp([a, b, c, d, e, f, 0, 0, 1]);
  }
  const count = theta.length / 2;
  const images = Array.from({ length: theta.length }, (_, i) => theta[(i % 2) * count + (i >> 1)]);
  return name === 'tps' ? fitWarp('thin-plate', CONTROLS, images) : fitWarp('homography', CORNERS, images);
}

/**
 * The warp from A's plane to B's, one regressor after another: each looks at B as the ones before have warped it, so
 * what it finds is what they have left. All of it on features; no image is looked at again.
 *
 * @param steps regressors in the order in which they run; the same one twice refines its own estimate
 * @param signal ends the work between two of them
 */
export async function regressWarp(
  model: SemanticModel,
  a: FeatureMap,
  b: FeatureMap,
  steps: readonly RegressorName[],
  signal?: AbortSignal,
): Promise<Warp> {
  const { cells } = model.manifest.regression;
  const target = toUnitVectors(resizeAligned(a, cells));
  let warp: Warp = homographyWarp(IDENTITY);
  for (const name of steps) {
    await checkAborted(signal);
    const source = toUnitVectors(warpFeatures(b, warp, cells));
    const { volume } = await model.correlate(source, target);
    const step = warpOfNumbers(name, await model.regress(name, matchingTensor(volume)));
    warp = composeWarps(warp, step);
  }
  return warp;
}

/** B's features as seen through a warp from A's plane to B's. */
function warpFeatures(b: FeatureMap, warp: Warp, cells: number): FeatureMap {
  const toPlane = composeWarps(warp, homographyWarp(invertHomography(planeToCells(cells))));
  const toCells = composeWarps(homographyWarp(planeToCells(b.width)), toPlane);
  const places = Array.from({ length: cells * cells }, (_, i) => [i % cells, Math.floor(i / cells)]);
  const moved = applyWarp(toCells, places.flat());
  const place = (x: number, y: number): readonly [number, number] => {
    const i = 2 * (y * cells + x);
    // The last cell by rounding a little outside is inside.
    return [Math.round(moved[i] * 1e6) / 1e6, Math.round(moved[i + 1] * 1e6) / 1e6];
  };
  return sampleCells(b, cells, place, b.channels);
}

/** A warp of planes as one of pixels. */
export function toPixels(warp: Warp, a: Size, b: Size, side: number): Warp {
  const plane = (size: Size): Homography =>
    composeHomographies(invertHomography(planeToCells(side)), pixelsToCells(size, side, side));
  return composeWarps(
    homographyWarp(invertHomography(plane(b))),
    composeWarps(warp, homographyWarp(plane(a))),
  );
}
