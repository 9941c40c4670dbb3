import { applyHomography, homographyJacobian, sampleBilinear } from '../../core/index.ts';
import type { Homography } from '../../core/index.ts';
import { blurGaussian, halveSize } from '../../features/scale-space/index.ts';
import type { Grey } from '../../features/index.ts';

/** An image seen from elsewhere. */
export interface SeenView {
  readonly grey: Grey;
  /** 1 where the pixel shows the image, 0 where it lies outside of it. */
  readonly inside: Uint8Array;
}

/** An image at half its size, a quarter and so on, so that shrunk views do not alias; coordinates just halve. */
export type GreyPyramid = readonly Grey[];

/** Most samples along the direction in which a view shrinks the image most. */
const MOST_TAPS = 8;

/** Pixels of a view along each side of the squares that share one filter. */
const BLOCK = 16;

const LEAST_SIDE = 16;

export function buildPyramid(image: Grey): GreyPyramid {
  const levels = [image];
  for (let last = image; Math.min(last.width, last.height) >= 2 * LEAST_SIDE; levels.push(last))
    last = halveSize(blurGaussian(last, 1));
  return levels;
}

/**
 * The image as a homography shows it, filtered along the direction in which it shrinks.
 *
 * @param toOriginal maps pixels of the view to pixels of the image
 */
export function warpView(
  pyramid: GreyPyramid,
  toOriginal: Homography,
  width: number,
  height: number,
): SeenView {
  const view = {
    grey: { width, height, data: new Float32Array(width * height) },
    inside: new Uint8Array(width * height),
  };
  const [cx, cy] = [(width - 1) / 2, (height - 1) / 2];
  const sign = Math.sign(toOriginal[6] * cx + toOriginal[7] * cy + toOriginal[8]);
  for (let top = 0; top < height; top += BLOCK)
    for (let left = 0; left < width; left += BLOCK) {
      const middle = [Math.min(width - 1, left + BLOCK / 2), Math.min(height - 1, top + BLOCK / 2)] as const;
      const filter = planFilter(homographyJacobian(toOriginal, ...middle), pyramid.length);
      warpBlock(pyramid, toOriginal, sign, filter, view, left, top);
    }
  return view;
}

/** How the area that one pixel of a view covers is sampled: by its short axis the level, along its long axis several. */
interface Filter {
  readonly level: number;
  readonly taps: number;
  /** From one sample to the next, in pixels of the image. */
  readonly stepX: number;
  readonly stepY: number;
}

function planFilter([xx, xy, yx, yy]: readonly number[], levels: number): Filter {
  // The axes of the ellipse that the Jacobian J makes of a circle, from the eigenvalues of J J^T.
  const p = xx * xx + xy * xy;
  const q = yx * yx + yy * yy;
  const r = xx * yx + xy * yy;
  const root = Math.sqrt(((p - q) / 2) ** 2 + r * r);
  const long = Math.sqrt((p + q) / 2 + root);
  const short = Math.sqrt(Math.max((p + q) / 2 - root, 1e-12));
  const level = Math.max(0, Math.min(levels - 1, Math.floor(Math.log2(short) + 0.3) || 0));
  const taps = Math.round((1.2 * long) / Math.max(short, 2 ** level, 1));
  const angle = 0.5 * Math.atan2(2 * r, p - q);
  const used = Math.max(1, Math.min(MOST_TAPS, taps || 1));
  return {
    level,
    taps: used,
    stepX: (Math.cos(angle) * long) / used,
    stepY: (Math.sin(angle) * long) / used,
  };
}

function warpBlock(
  pyramid: GreyPyramid,
  h: Homography,
  sign: number,
  { level, taps, stepX, stepY }: Filter,
  { grey: { width, height, data }, inside }: SeenView,
  left: number,
  top: number,
): void {
  const [{ width: w, height: tall }] = pyramid;
  const source = pyramid[level];
  const scale = 1 / 2 ** level;
  const first = -(taps - 1) / 2;
  for (let y = top; y < Math.min(height, top + BLOCK); y++)
    for (let x = left; x < Math.min(width, left + BLOCK); x++) {
      const weight = h[6] * x + h[7] * y + h[8];
      const px = (h[0] * x + h[1] * y + h[2]) / weight;
      const py = (h[3] * x + h[4] * y + h[5]) / weight;
      if (!(weight * sign > 0 && px >= 0 && px <= w - 1 && py >= 0 && py <= tall - 1)) continue;
      const i = y * width + x;
      inside[i] = 1;
      let sum = 0;
      for (let k = 0; k < taps; k++)
        sum += sampleBilinear(source, (px + (first + k) * stepX) * scale, (py + (first + k) * stepY) * scale);
      data[i] = sum / taps;
    }
}

/**
 * The pixels of a view that are at least `margin` pixels inside the part that shows the image; the border of the
 * view itself does not count.
 */
export function innerPixels({ grey: { width, height }, inside }: SeenView, margin: number): Uint8Array {
  const across = erode(inside, { lines: height, pitch: width, length: width, step: 1 }, margin);
  return erode(across, { lines: width, pitch: 1, length: height, step: width }, margin);
}

interface Lines {
  readonly lines: number;
  readonly pitch: number;
  readonly length: number;
  readonly step: number;
}

/** Keeps a pixel where the `margin` neighbours to both sides along one axis are set too. */
function erode(mask: Uint8Array, { lines, pitch, length, step }: Lines, margin: number): Uint8Array {
  const out = mask.slice();
  for (let line = 0; line < lines; line++) {
    const start = line * pitch;
    let left = 0;
    for (let k = 0; k < length; k++) {
      if (!mask[start + k * step]) left = margin + 1;
      if (left > 0) {
        out[start + k * step] = 0;
        left--;
      }
    }
    left = 0;
    for (let k = length - 1; k >= 0; k--) {
      if (!mask[start + k * step]) left = margin + 1;
      if (left > 0) {
        out[start + k * step] = 0;
        left--;
      }
    }
  }
  return out;
}

/** Whether a place in a view is at least `margin` pixels inside the part that shows the image. */
export function createInsideTest(view: SeenView, margin: number): (x: number, y: number) => boolean {
  const { width, height } = view.grey;
  const inner = innerPixels(view, margin);
  return (x, y) => {
    const [cx, cy] = [Math.round(x), Math.round(y)];
    return cx >= 0 && cy >= 0 && cx < width && cy < height && inner[cy * width + cx] === 1;
  };
}

/** The corners of an image, as a homography moves them. */
export function moveCorners(h: Homography, { width, height }: { width: number; height: number }): number[] {
  const [right, bottom] = [width - 1, height - 1];
  return [
    [0, 0],
    [right, 0],
    [right, bottom],
    [0, bottom],
  ].flatMap(([x, y]) => applyHomography(h, x, y));
}
