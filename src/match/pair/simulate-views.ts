import {
  applyHomography,
  checkAborted,
  invertHomography,
  multiply3,
  transformPoints,
} from '../../core/index.ts';
import type { Homography } from '../../core/index.ts';
import { extractFeatures } from '../../features/index.ts';
import type { ExtractOptions, Features, Grey } from '../../features/index.ts';
import { filterFeatures, poolFeatures } from '../../features/detect/index.ts';
import { buildPyramid, createInsideTest, warpView } from './warp-view.ts';

/** How far to one side a plane is seen: 1 is head on, 2 an angle of 60 degrees. */
export type Tilt = number;

/** Turns between neighbouring views are this over the tilt: 72 degrees, as Morel and Yu chose. */
const TURN = (72 * Math.PI) / 180;

const MARGIN = 6;

/**
 * Features of an image as it would look from other sides: shrunk by each tilt along each of several directions
 * (ASIFT, Morel and Yu 2009). Positions are those in the image.
 *
 * @param longest longer side of the image in pixels that the views are made from
 * @param signal ends the work between two views
 */
export async function simulateViews(
  image: Grey,
  tilts: readonly Tilt[],
  longest: number,
  options: ExtractOptions,
  signal?: AbortSignal,
): Promise<Features> {
  const pyramid = buildPyramid(image);
  const scale = Math.min(1, longest / Math.max(image.width, image.height));
  const sets: Features[] = [];
  for (const tilt of tilts) {
    const views = Math.max(1, Math.ceil((Math.PI * tilt) / TURN - 1e-9));
    for (let k = 0; k < views; k++) {
      await checkAborted(signal);
      const { toOriginal, width, height } = planView(image, scale, tilt, (k * Math.PI) / views);
      const view = warpView(pyramid, toOriginal, width, height);
      const found = await extractFeatures(view.grey, options);
      sets.push(toImageFeatures(filterFeatures(found, createInsideTest(view, MARGIN)), toOriginal));
    }
  }
  return poolFeatures(sets);
}

interface ViewPlan {
  readonly toOriginal: Homography;
  readonly width: number;
  readonly height: number;
}

/** Turned by `angle`, then shrunk along x by `tilt`, in a frame that just holds it. */
function planView(image: Grey, scale: number, tilt: Tilt, angle: number): ViewPlan {
  const [cos, sin] = [Math.cos(angle) * scale, Math.sin(angle) * scale];
  const turned: Homography = [cos / tilt, sin / tilt, 0, -sin, cos, 0, 0, 0, 1];
  const corners = [
    [0, 0],
    [image.width - 1, 0],
    [0, image.height - 1],
    [image.width - 1, image.height - 1],
  ].map(([x, y]) => applyHomography(turned, x, y));
  const left = Math.min(...corners.map(([x]) => x));
  const top = Math.min(...corners.map(([, y]) => y));
  const width = Math.max(1, Math.ceil(Math.max(...corners.map(([x]) => x)) - left));
  const height = Math.max(1, Math.ceil(Math.max(...corners.map(([, y]) => y)) - top));
  const toView = multiply3([1, 0, -left, 0, 1, -top, 0, 0, 1], turned);
  return { toOriginal: invertHomography(toView), width, height };
}

function toImageFeatures({ keypoints, descriptors }: Features, toOriginal: Homography): Features {
  const growth = Math.sqrt(Math.abs(toOriginal[0] * toOriginal[4] - toOriginal[1] * toOriginal[3]));
  return {
    keypoints: {
      ...keypoints,
      points: transformPoints(toOriginal, keypoints.points),
      scales: keypoints.scales.map((scale) => scale * growth),
    },
    descriptors,
  };
}
