import type { Correspondences } from '../../core/correspondences.ts';
import type { Homography } from '../../core/homography.ts';
import type { Image } from '../../core/types.ts';
import { moveCorners } from './warp-view.ts';

export interface DrawMatchesOptions {
  /** 1 for each correspondence that agrees with the geometry; all unless told. */
  readonly inliers?: Uint8Array;
  /** Also the outline of A as B shows it. */
  readonly homography?: Homography | null;
  /** At most this many lines of each kind, spread over all of them; 200 unless told. */
  readonly most?: number;
  /** Pixels between the two pictures; 8 unless told. */
  readonly gap?: number;
}

type Color = readonly [number, number, number];

const OUTLIER: Color = [220, 40, 40];
const OUTLINE: Color = [255, 220, 0];
const BACKGROUND = 24;

/**
 * Both pictures side by side, A on the left, a line from each point to its counterpart: inliers in colours that tell
 * neighbours apart, the others in faint red below them.
 */
export function drawMatches(
  imageA: Image,
  imageB: Image,
  { pointsA, pointsB, scores }: Correspondences,
  options: DrawMatchesOptions = {},
): Image {
  const { inliers, homography, most = 200, gap = 8 } = options;
  const offset = imageA.width + gap;
  const canvas = besides(imageA, imageB, gap);
  const line = (i: number, color: Color, opacity: number) => {
    const from = [pointsA[2 * i], pointsA[2 * i + 1]] as const;
    const to = [pointsB[2 * i] + offset, pointsB[2 * i + 1]] as const;
    drawLine(canvas, from, to, color, opacity);
    for (const point of [from, to]) drawDot(canvas, point, color);
  };
  const isInlier = (i: number) => !inliers || inliers[i] !== 0;
  const all = Array.from(scores, (_, i) => i);
  for (const i of thin(
    all.filter((i) => !isInlier(i)),
    most,
  ))
    line(i, OUTLIER, 0.25);
  for (const i of thin(all.filter(isInlier), most)) line(i, colorOf(i), 0.8);
  if (homography) drawOutline(canvas, moveCorners(homography, imageA), offset);
  return canvas;
}

function besides(a: Image, b: Image, gap: number): Image {
  const width = a.width + gap + b.width;
  const height = Math.max(a.height, b.height);
  const data = new Uint8Array(width * height * 3).fill(BACKGROUND);
  for (const [image, left] of [[a, 0] as const, [b, a.width + gap] as const])
    for (let y = 0; y < image.height; y++)
      data.set(image.data.subarray(y * image.width * 3, (y + 1) * image.width * 3), (y * width + left) * 3);
  return { width, height, data };
}

/** At most `most` of a list, evenly. */
function thin(list: readonly number[], most: number): number[] {
  if (list.length <= most) return [...list];
  return Array.from({ length: most }, (_, k) => list[Math.floor((k * list.length) / most)]);
}

/** Colours by the golden angle: those of neighbouring numbers are far apart. */
function colorOf(i: number): Color {
  const hue = (i * 0.618034) % 1;
  const channel = (shift: number) => {
    const k = (shift + hue * 6) % 6;
    return Math.round(255 * (1 - 0.85 * Math.max(0, Math.min(k, 4 - k, 1))));
  };
  return [channel(5), channel(3), channel(1)];
}

type Point = readonly [x: number, y: number];

function mix({ width, height, data }: Image, x: number, y: number, color: Color, opacity: number): void {
  if (!(x >= 0 && y >= 0 && x < width && y < height)) return;
  const at = (y * width + x) * 3;
  for (let c = 0; c < 3; c++) data[at + c] += Math.round((color[c] - data[at + c]) * opacity);
}

/** A line one pixel wide whose edge is smooth: along its longer axis two pixels share each step (Wu 1991). */
function drawLine(canvas: Image, from: Point, to: Point, color: Color, opacity: number): void {
  const clipped = clip(from, to, canvas.width, canvas.height);
  if (!clipped) return;
  const [[x0, y0], [x1, y1]] = clipped;
  const steep = Math.abs(y1 - y0) > Math.abs(x1 - x0);
  const [start, end, first, last] = steep ? [y0, y1, x0, x1] : [x0, x1, y0, y1];
  const length = Math.max(1, Math.round(Math.abs(end - start)));
  for (let k = 0; k <= length; k++) {
    const along = Math.round(start + ((end - start) * k) / length);
    const across = first + ((last - first) * k) / length;
    const low = Math.floor(across);
    const share = across - low;
    for (const [place, weight] of [[low, 1 - share] as const, [low + 1, share] as const]) {
      if (steep) mix(canvas, place, along, color, opacity * weight);
      else mix(canvas, along, place, color, opacity * weight);
    }
  }
}

/** The part of a line within the picture and one more on each side; null where there is none (Liang and Barsky 1984). */
function clip(from: Point, to: Point, width: number, height: number): readonly [Point, Point] | null {
  if (![...from, ...to].every(Number.isFinite)) return null;
  let [enter, leave] = [0, 1];
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const limits = [
    [-dx, from[0] + 1],
    [dx, width - from[0]],
    [-dy, from[1] + 1],
    [dy, height - from[1]],
  ];
  for (const [slope, room] of limits) {
    if (slope === 0 && room < 0) return null;
    if (slope < 0) enter = Math.max(enter, room / slope);
    if (slope > 0) leave = Math.min(leave, room / slope);
  }
  if (enter > leave) return null;
  const at = (t: number): Point => [from[0] + t * dx, from[1] + t * dy];
  return [at(enter), at(leave)];
}

function drawDot(canvas: Image, [x, y]: Point, color: Color): void {
  const [cx, cy] = [Math.round(x), Math.round(y)];
  for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) mix(canvas, cx + dx, cy + dy, color, 0.9);
}

function drawOutline(canvas: Image, corners: readonly number[], offset: number): void {
  for (let k = 0; k < 4; k++) {
    const [i, j] = [2 * k, 2 * ((k + 1) % 4)];
    const from: Point = [corners[i] + offset, corners[i + 1]];
    const to: Point = [corners[j] + offset, corners[j + 1]];
    for (const shift of [0, 1])
      drawLine(canvas, [from[0] + shift, from[1]], [to[0] + shift, to[1]], OUTLINE, 1);
  }
}
