import type { Image } from '../../src/core/index.ts';
import { drawBlobs } from '../features/textures.ts';

export const WIDTH = 192;
export const HEIGHT = 128;

const BACK = drawBlobs(3 * WIDTH, 2 * HEIGHT, 3);
const PIECE = drawBlobs(64, 64, 9);

/** Where the background's pixel (x, y) of frame 0 lies in another. */
export const backgroundAt = (x: number, y: number, frame: number): [number, number] => [
  x - 2 * frame,
  y - frame,
];

/** Left border of a square of 36 pixels that passes over the background from left to right, in rows 40 to 75. */
const pieceLeft = (frame: number): number => 9 * frame - 40;

/** Whether the passing square covers a place. */
export const covered = ([x, y]: readonly [number, number], frame: number): boolean =>
  x >= pieceLeft(frame) && x < pieceLeft(frame) + 36 && y >= 40 && y < 76;

/** A frame of a background that moves and a square that passes over it. */
export function drawFrame(frame: number): Image {
  const data = new Uint8Array(3 * WIDTH * HEIGHT);
  for (let y = 0, i = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++, i += 3) {
      const over = covered([x, y], frame);
      const [image, px, py] = over
        ? [PIECE, x - pieceLeft(frame), y - 40]
        : [BACK, x + 2 * frame + 40, y + frame + 20];
      const at = 3 * (py * image.width + px);
      for (let c = 0; c < 3; c++) data[i + c] = image.data[at + c] * (over && c === 0 ? 0.6 : 1);
    }
  return { width: WIDTH, height: HEIGHT, data };
}

export const frames = (count: number): Image[] => Array.from({ length: count }, (_, t) => drawFrame(t));

/** A frame of one colour. */
export const plainFrame = (value = 0): Image => ({
  width: WIDTH,
  height: HEIGHT,
  data: new Uint8Array(3 * WIDTH * HEIGHT).fill(value),
});
