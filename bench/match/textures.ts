/** Images of repeated shapes, the same in every run: two of one kind look alike everywhere and have nothing in common. */

import { blurGaussian } from '../../src/features/scale-space/gaussian.ts';
import type { Image } from '../../src/index.ts';
import { createRandom } from '../../src/geometry/index.ts';

export const TEXTURES = ['dots', 'rings', 'triangles', 'bricks', 'text', 'noise'] as const;
export type Texture = (typeof TEXTURES)[number];

type Rgb = readonly [number, number, number];

/** Where one paints: colours from 0 to 255 in floats, and the random numbers of the image. */
interface Sheet {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
  readonly random: () => number;
}

/** Share of a pixel that a shape covers, 0 to 1. */
type Coverage = (x: number, y: number) => number;

const PAINTERS: Readonly<Record<Texture, (sheet: Sheet) => void>> = {
  dots: (sheet) => scatter(sheet, 4, 14, (cx, cy, r) => (x, y) => r - Math.hypot(x - cx, y - cy)),
  rings: (sheet) =>
    scatter(sheet, 6, 18, (cx, cy, r) => (x, y) => 2 - Math.abs(r - Math.hypot(x - cx, y - cy))),
  triangles: (sheet) => scatter(sheet, 8, 22, triangle(sheet)),
  bricks: layBricks,
  text: writeLines,
  noise: addNoise,
};

/** The image of a kind that belongs to a seed, softened a little, with noise of one grey level. */
export function makeTexture(kind: Texture, seed: number, width = 480, height = 360): Image {
  const random = createRandom(1 + seed * TEXTURES.length + TEXTURES.indexOf(kind));
  const sheet = { width, height, data: new Float32Array(width * height * 3), random };
  fill(sheet, [0, 0, width, height], [230, 222, 235], () => 1);
  PAINTERS[kind](sheet);
  return finish(sheet);
}

function finish({ width, height, data, random }: Sheet): Image {
  const out = new Uint8Array(data.length);
  for (let c = 0; c < 3; c++) {
    const plane = Float32Array.from({ length: width * height }, (_, i) => data[3 * i + c]);
    const soft = blurGaussian({ width, height, data: plane }, 0.9).data;
    for (let i = 0; i < soft.length; i++) {
      const noise = random() + random() + random() - 1.5;
      out[3 * i + c] = Math.max(0, Math.min(255, Math.round(soft[i] + 2 * noise)));
    }
  }
  return { width, height, data: out };
}

function fill(
  { width, height, data }: Sheet,
  [left, top, right, bottom]: readonly number[],
  color: Rgb,
  coverage: Coverage,
): void {
  const [x1, y1] = [Math.min(width, Math.ceil(right)), Math.min(height, Math.ceil(bottom))];
  for (let y = Math.max(0, Math.floor(top)); y < y1; y++)
    for (let x = Math.max(0, Math.floor(left)); x < x1; x++) {
      const share = Math.max(0, Math.min(1, coverage(x, y)));
      for (let c = 0; c < 3; c++) {
        const i = (y * width + x) * 3 + c;
        data[i] += share * (color[c] - data[i]);
      }
    }
}

/** One shape of a radius about a centre, as its coverage. */
type Shape = (cx: number, cy: number, radius: number) => Coverage;

/** Shapes of one kind at random places, in hues about violet. */
function scatter(sheet: Sheet, smallest: number, largest: number, shape: Shape): void {
  const { width, height, random } = sheet;
  const count = Math.round((width * height) / 4000);
  for (let k = 0; k < count; k++) {
    const [cx, cy] = [random() * width, random() * height];
    const r = smallest + random() * (largest - smallest);
    const color: Rgb = [120 + 80 * random(), 60, 100 + 80 * random()];
    fill(sheet, [cx - r - 3, cy - r - 3, cx + r + 3, cy + r + 3], color, shape(cx, cy, r));
  }
}

/** Equilateral triangles, each turned at random. */
const triangle =
  ({ random }: Sheet): Shape =>
  (cx, cy, r) => {
    const turn = random() * 2 * Math.PI;
    const sides = [0, 1, 2].map((k) => turn + (k * 2 * Math.PI) / 3);
    return (x, y) =>
      Math.min(...sides.map((side) => r / 2 - (x - cx) * Math.cos(side) - (y - cy) * Math.sin(side)));
  };

/** A wall: bricks of one size, half a brick off from row to row, each of a red of its own and a little askew. */
function layBricks(sheet: Sheet): void {
  const { width, height, random } = sheet;
  const [long, tall] = [36 + 12 * random(), 15 + 5 * random()];
  const [left, top] = [-2 * long * random() - long, -tall * random()];
  for (let row = 0; top + row * tall < height; row++)
    for (let x = left + ((row % 2) * long) / 2; x < width; x += long) {
      const askew = () => 1.5 + 1.2 * random();
      const box = [
        x + askew(),
        top + row * tall + askew(),
        x + long - askew(),
        top + (row + 1) * tall - askew(),
      ];
      const red = 110 + 80 * random();
      fill(sheet, box, [red, 0.45 * red, 0.35 * red], () => 1);
    }
}

/** Capitals A to Z as 7 rows of 5 dots, a hexadecimal pair a row. */
const LETTERS = (
  '0e11111f111111 1e11111e11111e 0e11101010110e 1e11111111111e 1f10101e10101f 1f10101e101010 0e11101713110e ' +
  '1111111f111111 0e04040404040e 0702020202120c 11121418141211 1010101010101f 111b1515111111 11191915131311 ' +
  '0e11111111110e 1e11111e101010 0e11111115120d 1e11111e141211 0f10100e01011e 1f040404040404 1111111111110e ' +
  '11111111110a04 11111115151b11 11110a040a1111 11110a04040404 1f01020408101f'
)
  .split(' ')
  .map((word) => word.match(/../g)!.map((pair) => parseInt(pair, 16)));

/** Lines of words of random letters, in one size. */
function writeLines(sheet: Sheet): void {
  const { width, height, random } = sheet;
  for (let y = 10; y + 14 < height; y += 22)
    for (let x = 10; x + 10 < width; x += 12) {
      if (random() < 0.18) continue;
      const letter = LETTERS[Math.floor(random() * LETTERS.length)];
      letter.forEach((bits, row) => {
        for (let column = 0; column < 5; column++)
          if ((bits >> (4 - column)) & 1)
            fill(
              sheet,
              [x + 2 * column, y + 2 * row, x + 2 * column + 2, y + 2 * row + 2],
              [25, 25, 35],
              () => 1,
            );
      });
    }
}

/** Random grey at five scales, each twice as coarse and stronger than the last. */
function addNoise({ width, height, data, random }: Sheet): void {
  for (let scale = 1; scale <= 16; scale *= 2) {
    const raw = Float32Array.from({ length: width * height }, () => random() - 0.5);
    const soft = blurGaussian({ width, height, data: raw }, scale).data;
    // A blur of deviation s leaves 1 / (2 sqrt(pi) s) of the deviation of white noise.
    const gain = 40 * scale ** 0.5 * scale;
    for (let i = 0; i < data.length; i++) data[i] += gain * soft[Math.floor(i / 3)];
  }
  for (let i = 0; i < data.length; i++) data[i] -= 100;
}
