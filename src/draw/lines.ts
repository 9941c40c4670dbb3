/** What drawings of matches are made of. */

import type { Color, Image } from '../core/index.ts';
import { mixPixel } from './canvas.ts';

const BACKGROUND = 24;

/** Two images next to each other, the first on the left. */
export function besides(a: Image, b: Image, gap: number): Image {
  const width = a.width + gap + b.width;
  const height = Math.max(a.height, b.height);
  const data = new Uint8Array(width * height * 3).fill(BACKGROUND);
  for (const [image, left] of [[a, 0] as const, [b, a.width + gap] as const])
    for (let y = 0; y < image.height; y++)
      data.set(image.data.subarray(y * image.width * 3, (y + 1) * image.width * 3), (y * width + left) * 3);
  return { width, height, data };
}

/** Colours by the golden angle: those of neighbouring numbers are far apart. */
export function colorOf(i: number): Color {
  const hue = (i * 0.618034) % 1;
  const channel = (shift: number) => {
    const k = (shift + hue * 6) % 6;
    return Math.round(255 * (1 - 0.85 * Math.max(0, Math.min(k, 4 - k, 1))));
  };
  return [channel(5), channel(3), channel(1)];
}

export type Point = readonly [x: number, y: number];

function mix(canvas: Image, x: number, y: number, color: Color, opacity: number): void {
  if (x >= 0 && y >= 0 && x < canvas.width && y < canvas.height) mixPixel(canvas, x, y, color, opacity);
}

/** A line one pixel wide whose edge is smooth: along its longer axis two pixels share each step (Wu 1991). */
export function drawLine(canvas: Image, from: Point, to: Point, color: Color, opacity: number): void {
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

/** The part of a line within the image and one more on each side; null where there is none (Liang and Barsky 1984). */
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

/** A square round a point. */
export function drawDot(canvas: Image, [x, y]: Point, color: Color, reach = 1): void {
  const [cx, cy] = [Math.round(x), Math.round(y)];
  for (let dy = -reach; dy <= reach; dy++)
    for (let dx = -reach; dx <= reach; dx++) mix(canvas, cx + dx, cy + dy, color, 0.9);
}
