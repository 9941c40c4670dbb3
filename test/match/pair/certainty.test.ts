import { describe, expect, it } from 'vitest';
import { TEXTURES, makeTexture } from '../../../bench/match/textures.ts';
import { createCorrespondences } from '../../../src/core/correspondences.ts';
import type { Image } from '../../../src/core/types.ts';
import { match } from '../../../src/match/pair/index.ts';
import { drawBlobs } from '../../features/textures.ts';

const [WIDTH, HEIGHT] = [240, 180];

describe('unrelated images of one kind of texture', () => {
  it.each(TEXTURES)(
    'are never one scene: %s',
    async (kind) => {
      for (let i = 0; i < 5; i++) {
        const [a, b] = [2 * i, 2 * i + 1].map((seed) => makeTexture(kind, seed, WIDTH, HEIGHT));
        const { homography, confidence, reason } = await match(a, b);
        expect([homography, confidence], `pair ${i}`).toEqual([null, 0]);
        expect(reason).toMatch(/chance explains|fewer than|no sample/);
      }
    },
    120_000,
  );
});

/** A part of `image`, which goes on periodically. */
function crop(image: Image, left: number, top: number, width: number, height: number): Image {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = ((y + top) % image.height) * image.width + ((x + left) % image.width);
      data.set(image.data.subarray(3 * i, 3 * i + 3), 3 * (y * width + x));
    }
  return { width, height, data };
}

describe('a repeated texture', () => {
  const tile = crop(drawBlobs(200, 160, 5), 0, 0, 60, 60);

  it('is ambiguous, and at most half sure', async () => {
    const [a, b] = [crop(tile, 0, 0, 300, 220), crop(tile, 25, 40, 300, 220)];
    const grid = Array.from({ length: 30 }, (_, i) => [
      40 + 40 * (i % 6),
      50 + 40 * Math.floor(i / 6),
    ]).flat();
    const shift = createCorrespondences(
      grid,
      grid.map((value, i) => value - [25, 40][i % 2]),
    );
    const found = await match(a, b, { correspondences: shift });
    expect(found.homography).not.toBeNull();
    expect(found.ambiguous).toBe(true);
    expect(found.confidence).toBeLessThanOrEqual(0.5);
  });

  it('is not where a fifth of it is its own', async () => {
    const wall = crop(tile, 0, 0, 360, 260);
    const own = drawBlobs(360, 260, 9);
    for (let y = 0; y < wall.height; y++)
      for (let x = 0; x < wall.width; x++)
        if (Math.floor(x / 30) % 2 && Math.floor(y / 30) % 2)
          for (let c = 0; c < 3; c++) wall.data[3 * (y * 360 + x) + c] = own.data[3 * (y * 360 + x) + c];
    const found = await match(crop(wall, 0, 0, 300, 220), crop(wall, 25, 30, 300, 220));
    expect(found.homography![2]).toBeCloseTo(-25, 0);
    expect(found.ambiguous).toBe(false);
    expect(found.confidence).toBeGreaterThan(0.9);
  });

  it('of which there is only one is none', async () => {
    const found = await match(drawBlobs(200, 160, 5), crop(drawBlobs(200, 160, 5), 10, 6, 180, 140));
    expect(found.ambiguous).toBe(false);
  });
});
