import { describe, expect, test } from 'vitest';
import type { Image } from '../../src/core/types.ts';
import { composePanorama } from '../../src/stitch/compose/compose.ts';
import type { Composition } from '../../src/stitch/compose/compose.ts';
import { inverseMatrices, layOut } from '../../src/stitch/canvas/layout.ts';
import type { Bend } from '../../src/stitch/canvas/layout.ts';
import { ownerAt, ownersOf } from '../../src/stitch/seams/owners.ts';
import { cutFrame, drawScene } from './views.ts';

const [WIDTH, HEIGHT] = [330, 150];
const PHOTO = drawScene(WIDTH, HEIGHT, 6, 900);
const PARTS = [cutFrame(PHOTO, 0, 0, 200, HEIGHT), cutFrame(PHOTO, 130, 0, 200, HEIGHT)];
const CANVAS = layOut(
  'plane',
  [
    [1, 0, 0, 0, 1, 0, 0, 0, 1],
    [1, 0, 130, 0, 1, 0, 0, 0, 1],
  ],
  PARTS,
  1,
);
const SEAMS = {
  seams: {
    width: CANVAS.width,
    height: CANVAS.height,
    owners: Int16Array.from({ length: CANVAS.width * CANVAS.height }, (_, k) =>
      k % CANVAS.width < 165 ? 0 : 1,
    ),
  },
  seamScale: 1,
  seamLeft: 0,
  seamTop: 0,
};

async function compose(
  parts: readonly Image[],
  more: Partial<Composition> = {},
  tilePixels?: number,
): Promise<Image> {
  const { width, height } = CANVAS;
  const data = new Uint8Array(width * height * 3);
  const composition = { canvas: CANVAS, load: (v: number) => Promise.resolve(parts[v]), ...SEAMS, ...more };
  for await (const { area, data: rows } of composePanorama(composition, { tilePixels }))
    for (let y = 0; y < area.height; y++)
      data.set(
        rows.subarray(y * area.width * 3, (y + 1) * area.width * 3),
        ((y + area.y) * width + area.x) * 3,
      );
  return { width, height, data };
}

const pixel = ({ width, data }: Image, x: number, y: number): number => data[(y * width + x) * 3];

describe('composing', () => {
  test('parts of one image give the image back', async () => {
    const whole = await compose(PARTS);
    let most = 0;
    for (let y = 0; y < HEIGHT; y++)
      for (let x = 0; x < WIDTH; x++)
        most = Math.max(most, Math.abs(pixel(whole, x, y) - PHOTO.data[(y * WIDTH + x) * 3]));
    // One of the image's 8 bits, and one of the small copies' that are blended.
    expect(most).toBeLessThanOrEqual(2);
  });

  test('tiles leave no trace', async () => {
    const darker = { ...PARTS[1], data: PARTS[1].data.map((v) => v * 0.9) };
    const [whole, tiled] = [await compose([PARTS[0], darker]), await compose([PARTS[0], darker], {}, 1)];
    let most = 0;
    whole.data.forEach((v, i) => (most = Math.max(most, Math.abs(v - tiled.data[i]))));
    expect(most).toBeLessThanOrEqual(2);
  });

  test('a step of brightness becomes a slope', async () => {
    const flat = (value: number): Image => ({
      ...PARTS[0],
      data: new Uint8Array(PARTS[0].data.length).fill(value),
    });
    const whole = await compose([flat(100), flat(140)]);
    const row = [4, 150, 160, 164, 165, 170, 180, 325].map((x) => pixel(whole, x, 70));
    expect(row[0]).toBe(100);
    expect(row.at(-1)).toBe(140);
    for (let i = 1; i < row.length; i++) expect(row[i]).toBeGreaterThanOrEqual(row[i - 1]);
    expect(Math.abs(row[3] - row[4])).toBeLessThan(6);
  });

  test('a bend takes pixels from where it says', async () => {
    const bend: Bend = {
      scale: 1,
      left: CANVAS.left,
      top: CANVAS.top,
      width: 100,
      height: 100,
      shifts: Float32Array.from({ length: 20000 }, (_, i) => (i % 2 ? 0 : 3)),
    };
    const whole = await compose(PARTS, { canvas: { ...CANVAS, bends: [bend, undefined] } });
    expect(Math.abs(pixel(whole, 40, 40) - PHOTO.data[(40 * WIDTH + 43) * 3])).toBeLessThanOrEqual(1);
    expect(Math.abs(pixel(whole, 40, 130) - PHOTO.data[(130 * WIDTH + 40) * 3])).toBeLessThanOrEqual(1);
  });

  test('a pixel that its owner does not cover goes to one that does, or to none', () => {
    const area = { x: 0, y: 0, width: CANVAS.width + 8, height: CANVAS.height };
    const footprints = [0, 1].map(() => ({ x: 0, y: 0, width: CANVAS.width, height: CANVAS.height }));
    const swapped = { ...SEAMS.seams, owners: SEAMS.seams.owners.map((owner) => 1 - owner) };
    const setting = {
      canvas: CANVAS,
      inverses: inverseMatrices(CANVAS),
      footprints,
      ...SEAMS,
      seams: swapped,
    };
    const owners = ownersOf(setting, area);
    const at = (x: number): number => ownerAt(owners, x, 70);
    expect([at(20), at(150), at(180), at(320), at(area.width - 1)]).toEqual([0, 1, 0, 1, -1]);
  });
});
