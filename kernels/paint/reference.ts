import { CELL, COARSE, WHITE, shoulderOf } from './types.ts';
import type { PaintChange, Painter, PaintNodes, PaintSource, PaintTone } from './types.ts';

/** The definition: the painter that `paintPixels` opens. */
export function openPainterReference(
  source: PaintSource,
  nodes: PaintNodes,
  change?: PaintChange,
  tone: PaintTone = {},
): Painter {
  const pitch = (nodes.columns - 1) * CELL * 3;
  const strip = new Uint8Array(pitch * CELL);
  const run = (column: number, row: number, count: number): void => {
    for (let y = 0; y < CELL; y++)
      for (let x = 0; x < count * CELL; x++) {
        const [u, v, factor] = [0, 1, 2].map((c) => nodeValue(nodes, column * CELL + x, row * CELL + y, c));
        const colours = [0, 1, 2].map((c) => colourAt(source, u, v, c));
        const shown = toned(colours, factor, tone);
        for (let c = 0; c < 3; c++) {
          const added = change ? changeAt(change, column * CELL + x, row * CELL + y, c) : 0;
          strip[y * pitch + 3 * x + c] = Math.max(0, Math.min(255, Math.floor(shown[c] + added + 0.5)));
        }
      }
  };
  return { strip, pitch, run };
}

/** Colours times the factor, along the tone's curve. */
function toned(
  colours: readonly number[],
  factor: number,
  { tint = [1, 1, 1], white = 255 }: PaintTone,
): number[] {
  const cut = Math.max(0, Math.min(1, (Math.min(...colours) - WHITE) / (255 - WHITE)));
  const values = colours.map((colour, c) => {
    const own = tint[c] * factor;
    return colour * (own + Math.max(0, white / 255 - own) * cut);
  });
  const { knee, bend } = shoulderOf(white);
  const greatest = Math.max(...values);
  const over = greatest - knee;
  if (over <= 0) return values;
  const less = over - over / (1 + bend * over);
  return values.map((value) => value * (1 - less / greatest));
}

/** Value `c` of the nodes at a pixel counted from the first. */
function nodeValue({ columns, data }: PaintNodes, x: number, y: number, c: number): number {
  const [i, j] = [Math.floor(x / CELL), Math.floor(y / CELL)];
  const [s, t] = [x / CELL - i, y / CELL - j];
  const at = (di: number, dj: number): number => data[4 * ((j + dj) * columns + i + di) + c];
  // At a cell's first row its lower corners do not matter, not even where they are NaN.
  const side = (di: number): number => (t === 0 ? at(di, 0) : at(di, 0) + (at(di, 1) - at(di, 0)) * t);
  return side(0) + (side(1) - side(0)) * s;
}

function colourAt({ width, height, data }: PaintSource, u: number, v: number, c: number): number {
  const x = Math.max(0, Math.min(width - 1, u || 0));
  const y = Math.max(0, Math.min(height - 1, v || 0));
  const [i, j] = [Math.floor(x), Math.floor(y)];
  const [p, q] = [Math.min(i + 1, width - 1), Math.min(j + 1, height - 1)];
  const at = (k: number, l: number): number => data[3 * (l * width + k) + c];
  const upper = at(i, j) + (at(p, j) - at(i, j)) * (x - i);
  return upper + (at(i, q) + (at(p, q) - at(i, q)) * (x - i) - upper) * (y - j);
}

function changeAt({ width, height, data, left, top }: PaintChange, x: number, y: number, c: number): number {
  const [i, j] = [Math.floor(x / COARSE), Math.floor(y / COARSE)];
  const [s, t] = [x / COARSE - i, y / COARSE - j];
  const at = (k: number, l: number): number => {
    const column = Math.max(0, Math.min(width - 1, k + left));
    return data[4 * (Math.max(0, Math.min(height - 1, l + top)) * width + column) + c];
  };
  const upper = at(i, j) + (at(i + 1, j) - at(i, j)) * s;
  return upper + (at(i, j + 1) + (at(i + 1, j + 1) - at(i, j + 1)) * s - upper) * t;
}
