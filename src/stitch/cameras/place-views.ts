import type { Matrix3 } from '../../core/index.ts';
import { IDENTITY, invertHomography, multiply3, normalizeHomography, transpose3 } from '../../core/index.ts';
import { bundleAdjust, LAST_SCALE } from './bundle-adjust.ts';
import type { Adjusted, AdjustOptions } from './bundle-adjust.ts';
import { estimateFocal, pairRotation } from './estimate-focal.ts';
import type { FocalEstimate, FocalPair } from './estimate-focal.ts';
import { spanTree } from './match-graph.ts';
import type { SpanningTree } from './match-graph.ts';
import { spreadPoints } from './spread-points.ts';
import { planarCameras } from './planar-cameras.ts';
import type { PlanarCameras } from './planar-cameras.ts';
import { rotationCameras } from './rotation-cameras.ts';
import type { RotationCameras } from './rotation-cameras.ts';
import type { Observation, StitchPair, View } from '../types.ts';

/** Views that belong together and the pairs that say so; `views` and `pairs` use the indices of the images. */
export interface Component {
  readonly views: readonly View[];
  readonly pairs: readonly StitchPair[];
}

/** Points of a pair that take part in the adjustment; more make it slower, and hardly better. */
const MOST_POINTS = 100;

/** The pairs as observations by place in the component's list, of many points some of them from all over. */
export function observationsOf({ views, pairs }: Component): Observation[] {
  const place = new Map(views.map(({ index }, k) => [index, k]));
  return pairs.map(({ a, b, inliers }) => ({
    a: place.get(a)!,
    b: place.get(b)!,
    points: spreadPoints(inliers, MOST_POINTS),
  }));
}

const scalesOf = ({ views }: Component): AdjustOptions => ({ viewScales: views.map(({ scale }) => scale) });

const longer = ({ width, height }: View): number => Math.max(width, height);

function focalPairs({ views, pairs }: Component): FocalPair[] {
  const byIndex = new Map(views.map((view) => [view.index, view]));
  return pairs.map(({ a, b, inliers, homography }) => ({
    sizeA: byIndex.get(a)!,
    sizeB: byIndex.get(b)!,
    pointsA: inliers.pointsA,
    pointsB: inliers.pointsB,
    homography: homography!,
  }));
}

/** What the cameras noted, in multiples of the longer side: the median. */
function notedRatio(views: readonly View[]): number | undefined {
  const ratios = views.flatMap((view) => (view.focal ? [view.focal / longer(view)] : []));
  return ratios.sort((x, y) => x - y)[ratios.length >> 1];
}

/** Turning cameras after bundle adjustment. */
export interface AdjustedRotation extends Adjusted<RotationCameras> {
  readonly focal: FocalEstimate;
  /** Whether each view was given a focal length of its own, because that explains the points much better. */
  readonly zoomed: boolean;
}

/** Focal lengths may move by this factor, as a logarithm, from the first estimate. */
const MOST_CHANGE = Math.log(2.5);
/** A focal length of its own for each view must bring the error below this share to be believed. */
const ZOOM_GAIN = 0.8;

/** Cameras that turn about one point: focal length, rotations along the strongest tree, then all together. */
export function placeByRotation(component: Component): AdjustedRotation {
  const { views } = component;
  const focal = estimateFocal(focalPairs(component), notedRatio(views));
  const start = views.map((view) => focal.ratio * longer(view));
  const shared = adjustShared(component, start);
  // From what was found together: there are no wrong matches to let go of any more.
  const single = adjustRotation(
    component,
    shared.cameras,
    views.map((_, v) => v),
    [LAST_SCALE],
  );
  const zoomed = single.rms < ZOOM_GAIN * shared.rms && single.cameras.focals.every(isPlausible(views));
  return { ...(zoomed ? single : shared), focal, zoomed };
}

/** One focal length for all views of a size; left at the start where the points would carry it far from there. */
function adjustShared(component: Component, focals: readonly number[]): Adjusted<RotationCameras> {
  const { views } = component;
  const start = { focals, rotations: rotationsAlongTree(component, focals) };
  const moved = adjustRotation(component, start, views.map(longer));
  const strays = moved.cameras.focals.some((f, v) => Math.abs(Math.log(f / focals[v])) > MOST_CHANGE);
  return strays
    ? adjustRotation(
        component,
        start,
        views.map(() => -1),
      )
    : moved;
}

const isPlausible =
  (views: readonly View[]) =>
  (focal: number, v: number): boolean =>
    focal > 0.2 * longer(views[v]) && focal < 20 * longer(views[v]);

function adjustRotation(
  component: Component,
  { rotations, focals }: Pick<RotationCameras, 'rotations' | 'focals'>,
  focalGroups: readonly number[],
  lossScales?: readonly number[],
): Adjusted<RotationCameras> {
  const { views } = component;
  const anchor = views.findIndex(({ index }) => index === treeOf(component).root);
  const cameras = rotationCameras({ sizes: views, rotations, focals, focalGroups, anchor });
  return bundleAdjust(cameras, observationsOf(component), { ...scalesOf(component), lossScales });
}

const treeOf = ({ views, pairs }: Component): SpanningTree =>
  spanTree(
    views.map(({ index }) => index),
    pairs,
  );

/** Where each camera looks by the strongest pairs alone. */
function rotationsAlongTree(component: Component, focals: readonly number[]): Matrix3[] {
  const { views } = component;
  const place = new Map(views.map(({ index }, k) => [index, k]));
  const rotations: Matrix3[] = views.map(() => IDENTITY);
  for (const { parent, child, pair } of treeOf(component).links) {
    const [a, b] = [place.get(pair.a)!, place.get(pair.b)!];
    const points = { sizeA: views[a], sizeB: views[b], ...pair.inliers };
    const r = pairRotation(points, focals[a], focals[b]);
    // A direction is Ra a = Rb b with b = r a.
    const toParent = pair.a === parent ? transpose3(r) : r;
    rotations[place.get(child)!] = multiply3(rotations[place.get(parent)!], toParent);
  }
  return rotations;
}

/** Cameras that each map to one plane, that of the view at the tree's root. */
export function placeOnPlane(component: Component, model: 'affine' | 'homography'): Adjusted<PlanarCameras> {
  const { views } = component;
  const place = new Map(views.map(({ index }, k) => [index, k]));
  const tree = treeOf(component);
  const matrices: Matrix3[] = views.map(() => IDENTITY);
  for (const { parent, child, pair } of tree.links) {
    const childToParent = pair.a === parent ? invertHomography(pair.homography!) : pair.homography!;
    const full = multiply3(matrices[place.get(parent)!], childToParent);
    matrices[place.get(child)!] =
      model === 'affine' ? flatten(full, views[place.get(child)!]) : normalizeHomography(full);
  }
  const anchor = place.get(tree.root)!;
  const cameras = planarCameras({ sizes: views, matrices, model, anchor });
  return bundleAdjust(cameras, observationsOf(component), scalesOf(component));
}

/** The affine map that a homography is near the middle of the image. */
function flatten(h: Matrix3, { width, height }: View): Matrix3 {
  const [x, y] = [(width - 1) / 2, (height - 1) / 2];
  const w = h[6] * x + h[7] * y + h[8];
  const px = (h[0] * x + h[1] * y + h[2]) / w;
  const py = (h[3] * x + h[4] * y + h[5]) / w;
  const [a, b] = [(h[0] - px * h[6]) / w, (h[1] - px * h[7]) / w];
  const [c, d] = [(h[3] - py * h[6]) / w, (h[4] - py * h[7]) / w];
  return [a, b, px - a * x - b * y, c, d, py - c * x - d * y, 0, 0, 1];
}
