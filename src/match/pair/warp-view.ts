import { applyHomography, homographyJacobian } from '../../core/homography.ts';
import type { Homography } from '../../core/homography.ts';
import { blurGaussian, halveSize } from '../../features/gaussian.ts';
import { sampleClamped } from '../../features/extract-patches.ts';
import type { Grey } from '../../features/types.ts';

/** A picture seen from elsewhere. */
export interface View {
  readonly grey: Grey;
  /** 1 where the pixel shows the picture, 0 where it lies outside of it. */
  readonly inside: Uint8Array;
}

/** A picture at half its size, a quarter and so on, so that shrunk views do not alias; coordinates just halve. */
export type Pyramid = readonly Grey[];

/** Most samples along the direction in which a view shrinks the picture most. */
const MOST_TAPS = 8;

const LEAST_SIDE = 16;

export function buildPyramid(image: Grey): Pyramid {
  const levels = [image];
  for (let last = image; Math.min(last.width, last.height) >= 2 * LEAST_SIDE; levels.push(last))
    last = halveSize(blurGaussian(last, 1));
  return levels;
}

/**
 * The picture as a homography shows it, filtered along the direction in which it shrinks.
 *
 * @param toPicture maps pixels of the view to pixels of the picture
 */
export function warpView(pyramid: Pyramid, toPicture: Homography, width: number, height: number): View {
  const data = new Float32Array(width * height);
  const inside = new Uint8Array(width * height);
  const [{ width: w, height: h }] = pyramid;
  const sign = Math.sign(toPicture[6] * ((width - 1) / 2) + toPicture[7] * ((height - 1) / 2) + toPicture[8]);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      if ((toPicture[6] * x + toPicture[7] * y + toPicture[8]) * sign <= 0) continue;
      const [px, py] = applyHomography(toPicture, x, y);
      if (!(px >= 0 && px <= w - 1 && py >= 0 && py <= h - 1)) continue;
      inside[i] = 1;
      data[i] = sampleFiltered(pyramid, px, py, homographyJacobian(toPicture, x, y));
    }
  return { grey: { width, height, data }, inside };
}

/** A sample of the area that one pixel of the view covers: by its short axis the level, along its long axis several. */
function sampleFiltered(
  pyramid: Pyramid,
  x: number,
  y: number,
  [xx, xy, yx, yy]: readonly [number, number, number, number],
): number {
  // The ellipse of the Jacobian: axes from the eigenvalues of J J^T.
  const p = xx * xx + xy * xy;
  const q = yx * yx + yy * yy;
  const r = xx * yx + xy * yy;
  const root = Math.sqrt(((p - q) / 2) ** 2 + r * r);
  const long = Math.sqrt((p + q) / 2 + root);
  const short = Math.sqrt(Math.max((p + q) / 2 - root, 1e-12));
  const level = Math.max(0, Math.min(pyramid.length - 1, Math.floor(Math.log2(short) + 0.3)));
  const scale = 2 ** level;
  const taps = Math.max(1, Math.min(MOST_TAPS, Math.round((1.2 * long) / Math.max(short, scale, 1))));
  if (taps === 1) return sampleClamped(pyramid[level], x / scale, y / scale);
  const angle = 0.5 * Math.atan2(2 * r, p - q);
  const stepX = (Math.cos(angle) * long) / taps;
  const stepY = (Math.sin(angle) * long) / taps;
  let sum = 0;
  for (let k = 0; k < taps; k++) {
    const offset = k - (taps - 1) / 2;
    sum += sampleClamped(pyramid[level], (x + offset * stepX) / scale, (y + offset * stepY) / scale);
  }
  return sum / taps;
}

/** Whether a place in the view is at least `margin` pixels inside the part that shows the picture. */
export function createInsideTest({ grey, inside }: View, margin: number): (x: number, y: number) => boolean {
  const { width, height } = grey;
  const eroded = erode(erode(inside, width, height, margin, 1), width, height, margin, width);
  return (x, y) => {
    const [cx, cy] = [Math.round(x), Math.round(y)];
    return cx >= 0 && cy >= 0 && cx < width && cy < height && eroded[cy * width + cx] === 1;
  };
}

/** Keeps a pixel where the `margin` neighbours to both sides along one axis are set too; beyond the border counts as set. */
function erode(mask: Uint8Array, width: number, height: number, margin: number, stride: number): Uint8Array {
  const out = new Uint8Array(mask.length);
  const [lines, length] = stride === 1 ? [height, width] : [width, height];
  for (let line = 0; line < lines; line++) {
    const start = stride === 1 ? line * width : line;
    let missing = -Infinity;
    const since = new Int32Array(length);
    for (let k = 0; k < length; k++) {
      if (!mask[start + k * stride]) missing = k;
      since[k] = Math.min(k - missing, 1e9);
    }
    missing = Infinity;
    for (let k = length - 1; k >= 0; k--) {
      if (!mask[start + k * stride]) missing = k;
      out[start + k * stride] = since[k] > margin && missing - k > margin ? 1 : 0;
    }
  }
  return out;
}
