import type { Size } from '../../core/index.ts';

/**
 * An image and the radial distortion of its lens: a point at distance `r` from the middle of the ideal image is shown
 * at `r (1 + distortion r^2)`, with `r` in units of half the longer side (Brown 1971, the first term). Below 0 for a
 * barrel, above for a pincushion; absent for none. Ideal pixels are those of a lens without distortion, and all cameras
 * map those; `matrices` everywhere start from them.
 */
export interface LensSize extends Size {
  readonly distortion?: number;
}

/** Half the longer side. */
export const lensUnit = ({ width, height }: Size): number => Math.max(width, height) / 2;

/** The greatest ideal radius, squared and in the lens's units, that a barrel still shows once. */
const foldOf = (distortion: number): number => (distortion < 0 ? -1 / (3 * distortion) : Infinity);

/** How much farther out than ideal a squared ideal radius is shown; NaN where the model folds. */
const stretchAt = (distortion: number, r2: number): number =>
  r2 < foldOf(distortion) ? 1 + distortion * r2 : NaN;

const STEPS = 20;
const SETTLED = 1e-12;

/** The ideal radius that is shown at radius `shown`, in the lens's units; the fold for what lies beyond it. */
export function idealRadius(distortion: number, shown: number): number {
  const most = Math.sqrt(foldOf(distortion));
  if (shown >= most * (1 + distortion * most * most)) return most;
  let r = Math.min(shown, most);
  for (let k = 0; k < STEPS; k++) {
    const step = (r * (1 + distortion * r * r) - shown) / Math.max(1 + 3 * distortion * r * r, 1e-3);
    r -= step;
    if (Math.abs(step) < SETTLED) break;
  }
  return r;
}

/** Writes the ideal pixel of a pixel to `out[at]` and `out[at + 1]`. */
export function toIdeal(size: LensSize, x: number, y: number, out: Float64Array, at = 0): void {
  const { distortion, width, height } = size;
  out[at] = x;
  out[at + 1] = y;
  if (!distortion) return;
  const [dx, dy] = [x - (width - 1) / 2, y - (height - 1) / 2];
  const unit = lensUnit(size);
  const shown = Math.sqrt(dx * dx + dy * dy) / unit;
  const factor = shown > 0 ? idealRadius(distortion, shown) / shown : 1;
  out[at] = (width - 1) / 2 + dx * factor;
  out[at + 1] = (height - 1) / 2 + dy * factor;
}

/** The ideal pixels of pixels, x and y interleaved; the same array where the lens distorts nothing. */
export function idealPoints(size: LensSize, points: Float64Array): Float64Array {
  if (!size.distortion) return points;
  const out = new Float64Array(points.length);
  for (let i = 0; i < points.length; i += 2) toIdeal(size, points[i], points[i + 1], out, i);
  return out;
}

/** Turns ideal pixels, x and y interleaved, into those of the image, in place; NaN where it shows none. */
export function distortPoints(size: LensSize, points: Float64Array): void {
  const { distortion, width, height } = size;
  if (!distortion) return;
  const [cx, cy] = [(width - 1) / 2, (height - 1) / 2];
  const scale = 1 / lensUnit(size) ** 2;
  for (let i = 0; i < points.length; i += 2) {
    const [dx, dy] = [points[i] - cx, points[i + 1] - cy];
    const factor = stretchAt(distortion, (dx * dx + dy * dy) * scale);
    points[i] = cx + dx * factor;
    points[i + 1] = cy + dy * factor;
  }
}
