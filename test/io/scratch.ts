import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Image } from '../../src/core/types.ts';

/** An empty folder for one test file, gone when its tests are over. */
export function scratchFolder(): {
  path(...parts: string[]): string;
  list(...parts: string[]): Promise<string[]>;
} {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'whither-io-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  const path = (...parts: string[]): string => join(folder, ...parts);
  return { path, list: async (...parts) => (await readdir(path(...parts))).sort() };
}

/** An image of a colour a pixel, `paint` giving red, green and blue. */
export function paintImage(
  width: number,
  height: number,
  paint: (x: number, y: number) => readonly [number, number, number],
): Image {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(paint(x, y), (y * width + x) * 3);
  return { width, height, data };
}

/** A smooth image with a bright square that moves four pixels to the right a frame. */
export function movingSquare(width: number, height: number, frame: number): Image {
  return paintImage(width, height, (x, y) => {
    const inside = x >= 4 + frame * 4 && x < 20 + frame * 4 && y >= 8 && y < 24;
    return inside
      ? [230, 60, 40]
      : [40 + Math.round((100 * x) / width), 60 + Math.round((100 * y) / height), 90];
  });
}

/** The mean of the absolute differences of two images' samples. */
export function meanDifference(a: Image, b: Image): number {
  if (a.width !== b.width || a.height !== b.height) return Infinity;
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += Math.abs(a.data[i] - b.data[i]);
  return sum / a.data.length;
}
