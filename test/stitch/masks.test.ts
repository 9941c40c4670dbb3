import { describe, expect, test } from 'vitest';
import type { Image, Mask } from '../../src/core/index.ts';
import { fillMasked } from '../../src/stitch/sources/fill-masked.ts';
import { stitch } from '../../src/stitch/stitch.ts';
import { cutView, drawScene, turn } from './views.ts';

const SIZE = { width: 300, height: 220 };
const PHOTO = drawScene(1100, 760, 5, 2600);
const VIEWS = [9, -9].map((yaw) => cutView(PHOTO, 480, turn(yaw), 380, SIZE));
const PATIENCE = 120_000;

/** A red square in a view, and the mask without it. */
function stain(image: Image, left: number, top: number, side: number): { image: Image; mask: Mask } {
  const { width, height } = image;
  const data = image.data.slice();
  const usable = new Uint8Array(width * height).fill(1);
  for (let y = top; y < top + side; y++)
    for (let x = left; x < left + side; x++) {
      data.set([255, 0, 0], (y * width + x) * 3);
      usable[y * width + x] = 0;
    }
  return { image: { width, height, data }, mask: { width, height, data: usable } };
}

const countRed = ({ data }: Image): number => {
  let count = 0;
  for (let k = 0; k < data.length; k += 3) if (data[k] > 240 && data[k + 1] < 20 && data[k + 2] < 20) count++;
  return count;
};

describe('what a mask excludes', { timeout: PATIENCE }, () => {
  test.each(['multiband', 'feather', 'none'] as const)(
    'is not shown: another image stands in its place, or nothing: %s',
    async (blend) => {
      // One lies where the other image shows the scene, one where no other does.
      const [left, right] = [stain(VIEWS[0], 60, 80, 70), stain(VIEWS[1], 20, 60, 40)];
      const options = { blend, background: 'transparent' } as const;
      const images = [left.image, right.image];
      const { panoramas } = await stitch(images, { ...options, masks: [left.mask, right.mask] });
      const { image, covered, report } = panoramas[0];
      expect(report.images).toHaveLength(2);
      expect(countRed(image!)).toBe(0);
      expect(countRed((await stitch(images, options)).panoramas[0].image!)).toBeGreaterThan(500);
      const clean = (await stitch(VIEWS, { ...options, transforms: panoramas[0].transforms })).panoramas[0];
      const missing = covered!.data.filter((is, k) => !is && clean.covered!.data[k]).length;
      expect(missing).toBeGreaterThan(0.9 * 40 * 40);
      expect(missing).toBeLessThan(1.6 * 40 * 40);
      // What stands in its place is the scene: no halo of red.
      let redder = 0;
      covered!.data.forEach((is, k) => (redder += is && image!.data[3 * k] - clean.image!.data[3 * k]));
      expect(Math.abs(redder / covered!.data.length)).toBeLessThan(0.5);
    },
  );

  test('is not matched: what two images share there alone says nothing', async () => {
    const logo = drawScene(SIZE.width, SIZE.height, 31, 900);
    const [a, b] = [drawScene(SIZE.width, SIZE.height, 32, 900), drawScene(SIZE.width, SIZE.height, 33, 900)];
    const outside = new Uint8Array(SIZE.width * SIZE.height).fill(1);
    for (let y = 0; y < 110; y++) {
      outside.fill(0, y * SIZE.width, (y + 1) * SIZE.width);
      for (const image of [a, b]) image.data.set(logo.data.subarray(0, 110 * SIZE.width * 3), 0);
    }
    const mask = { ...SIZE, data: outside };
    expect((await stitch([a, b])).panoramas).toHaveLength(1);
    await expect(stitch([a, b], { masks: [mask, mask] })).rejects.toThrow(/no two of these do/);
  });

  test('must have the proportions of its image, and there is one for each', async () => {
    const mask = { width: 10, height: 10, data: new Uint8Array(100) };
    await expect(stitch(VIEWS, { masks: [mask, undefined] })).rejects.toThrow(
      /mask of image 0 in the proportions of 300 x 220 but received 10 x 10/,
    );
    await expect(stitch(VIEWS, { masks: [mask] })).rejects.toThrow(/2 masks, one an image, but received 1/);
  });
});

test('masked pixels are filled smoothly from around them, and the others stay', () => {
  const [width, height] = [64, 48];
  const data = new Uint8Array(width * height * 3);
  for (let k = 0; k < width * height; k++) data.fill(2 * (k % width) + 50, 3 * k, 3 * k + 3);
  const { image, mask } = stain({ width, height, data }, 20, 15, 16);
  const filled = fillMasked(image, mask);
  const worst = filled.data.reduce((most, value, i) => Math.max(most, Math.abs(value - data[i])), 0);
  expect(worst).toBeLessThan(16);
  mask.data.forEach((is, k) => {
    if (is) expect(filled.data[3 * k]).toBe(data[3 * k]);
  });
});
