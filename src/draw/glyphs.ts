import { mixPixel } from './canvas.ts';
import type { Drawing } from './canvas.ts';
import type { Color } from '../core/index.ts';

/** Rows of 5 x 7 dots, top to bottom; the bit of value 16 is the leftmost. Only what a scale needs. */
const GLYPHS: Readonly<Record<string, readonly number[]>> = {
  '0': [14, 17, 19, 21, 25, 17, 14],
  '1': [4, 12, 4, 4, 4, 4, 14],
  '2': [14, 17, 1, 2, 4, 8, 31],
  '3': [31, 2, 4, 2, 1, 17, 14],
  '4': [2, 6, 10, 18, 31, 2, 2],
  '5': [31, 16, 30, 1, 1, 17, 14],
  '6': [6, 8, 16, 30, 17, 17, 14],
  '7': [31, 1, 2, 4, 8, 8, 8],
  '8': [14, 17, 17, 14, 17, 17, 14],
  '9': [14, 17, 17, 15, 1, 2, 12],
  '.': [0, 0, 0, 0, 0, 12, 12],
  p: [0, 0, 30, 17, 30, 16, 16],
  x: [0, 0, 17, 10, 4, 10, 17],
  ' ': [0, 0, 0, 0, 0, 0, 0],
};

const ADVANCE = 6;
export const GLYPH_HEIGHT = 7;

/** Width in pixels of a text at this scale. */
export function textWidth(text: string, scale: number): number {
  return (text.length * ADVANCE - 1) * scale;
}

/** Writes digits, point, "p" and "x" with (left, top) as the corner, each dot `scale` pixels wide. */
export function drawText(
  canvas: Drawing,
  text: string,
  left: number,
  top: number,
  scale: number,
  color: Color,
): void {
  for (let k = 0; k < text.length; k++)
    GLYPHS[text[k]].forEach((bits, row) => {
      for (let column = 0; column < 5; column++)
        if ((bits >> (4 - column)) & 1)
          fillDot(canvas, left + (k * ADVANCE + column) * scale, top + row * scale, scale, color);
    });
}

function fillDot(canvas: Drawing, left: number, top: number, size: number, color: Color): void {
  for (let y = Math.max(top, 0); y < Math.min(top + size, canvas.height); y++)
    for (let x = Math.max(left, 0); x < Math.min(left + size, canvas.width); x++)
      mixPixel(canvas, x, y, color, 1);
}
