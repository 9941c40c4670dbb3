import type { Color } from '../core/index.ts';

/** An image that is being drawn on: 8-bit sRGB, three interleaved channels. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Mixes `color` into pixel (x, y), which must lie inside; `share` 0 leaves it, 1 replaces it. */
export function mixPixel(canvas: Drawing, x: number, y: number, color: Color, share: number): void {
  const at = (y * canvas.width + x) * 3;
  for (let c = 0; c < 3; c++) {
    const old = canvas.data[at + c];
    canvas.data[at + c] = old + (color[c] - old) * share + 0.5;
  }
}

/** Signed distance in pixels from (x, y) to the border of a shape: negative inside. */
export type SignedDistance = (x: number, y: number) => number;

/** The part of the grid that a shape and its outline can touch; what lies outside the canvas is cut off. */
export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Fills a shape, its border softened over one pixel, over an outline one pixel wider. */
export function fillOutlined(
  canvas: Drawing,
  shape: SignedDistance,
  bounds: Bounds,
  color: Color,
  outline: Color,
): void {
  const left = Math.max(Math.floor(bounds.left), 0);
  const top = Math.max(Math.floor(bounds.top), 0);
  const right = Math.min(Math.ceil(bounds.right), canvas.width - 1);
  const bottom = Math.min(Math.ceil(bounds.bottom), canvas.height - 1);
  for (let y = top; y <= bottom; y++)
    for (let x = left; x <= right; x++) {
      const distance = shape(x, y);
      if (distance >= 1.5) continue;
      mixPixel(canvas, x, y, outline, Math.min(1.5 - distance, 1));
      if (distance < 0.5) mixPixel(canvas, x, y, color, Math.min(0.5 - distance, 1));
    }
}
