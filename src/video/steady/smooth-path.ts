import type { Size } from '../../core/index.ts';
import { STILL, addPoses } from './camera-path.ts';
import type { CameraPose } from './camera-path.ts';

/** How each frame must be moved to look steady, and how much of it is lost by that. */
export interface Corrections {
  readonly poses: readonly CameraPose[];
  /** Factor that frames are enlarged by so that no border is seen, 1 or more. */
  readonly zoom: number;
}

/** Each time that a path is smoothed less, it is by this factor. */
const LESS = 0.8;
/** Below this deviation, in frames, smoothing has no effect. */
const LEAST = 0.3;

/**
 * Corrections from a path to a smooth one. Where these would need a larger zoom than is allowed, the path is smoothed less.
 *
 * @param path of one scene: the pose of each frame
 * @param deviation of the Gaussian, in frames
 * @param maxZoom largest zoom, 1 or more; Infinity where borders may be seen
 */
export function smoothPath(
  path: readonly CameraPose[],
  deviation: number,
  size: Size,
  maxZoom: number,
): Corrections {
  for (let sigma = deviation; sigma >= LEAST; sigma *= LESS) {
    const poses = gaussian(path, sigma).map((smooth, i) => addPoses(smooth, path[i], -1));
    const zoom = Math.max(1, ...poses.map((pose) => zoomFor(pose, size)));
    if (zoom <= maxZoom * (1 + 1e-6)) return { poses, zoom };
  }
  return { poses: path.map(() => STILL), zoom: 1 };
}

/** Weighted means of neighbouring poses; beyond an end the path goes on as it came, mirrored at its end point. */
function gaussian(path: readonly CameraPose[], sigma: number): CameraPose[] {
  const reach = Math.ceil(3 * sigma);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, k) =>
    Math.exp(-((k - reach) ** 2) / (2 * sigma * sigma)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return path.map((_, i) =>
    weights.reduce((sum, weight, k) => addPoses(sum, poseAt(path, i + k - reach), weight / total), STILL),
  );
}

function poseAt(path: readonly CameraPose[], i: number): CameraPose {
  const last = path.length - 1;
  if (i >= 0 && i <= last) return path[i];
  const end = path[i < 0 ? 0 : last];
  const mirrored = path[i < 0 ? Math.min(-i, last) : Math.max(2 * last - i, 0)];
  return addPoses(addPoses(STILL, end, 2), mirrored, -1);
}

/** The zoom about the centre that hides the borders of a frame which is moved: by each of its four sides. */
function zoomFor({ x, y, turn, scale }: CameraPose, { width, height }: Size): number {
  const [halfX, halfY] = [(width - 1) / 2, (height - 1) / 2];
  const [c, s] = [Math.abs(Math.cos(turn)), Math.abs(Math.sin(turn))];
  // The corners of the result in the frame's own axes must stay inside of it.
  const back = Math.exp(-scale);
  const [shiftX, shiftY] = [
    Math.abs(Math.cos(turn) * x + Math.sin(turn) * y) * back,
    Math.abs(Math.cos(turn) * y - Math.sin(turn) * x) * back,
  ];
  const zoomX = (back * (c * halfX + s * halfY)) / Math.max(halfX - shiftX, 1e-3);
  const zoomY = (back * (c * halfY + s * halfX)) / Math.max(halfY - shiftY, 1e-3);
  // Rounding must not let a border in.
  return Math.max(zoomX, zoomY) * (1 + 1e-6);
}
