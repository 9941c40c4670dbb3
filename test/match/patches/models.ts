import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createRandom } from '../../../src/geometry/robust/random.ts';
import type { GreyImage } from '../../../src/match/patches/index.ts';

const at = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Tiny models with fixed weights, for patches of 8 x 8; generate.py makes them. */
export const STAND_IN_PATCH = at('stand-in-patch');
export const STAND_IN_PAIR = at('stand-in-pair');

/** Patches of 8 x 8 and what PyTorch makes of them. */
export const GOLDEN = JSON.parse(readFileSync(at('golden.json'), 'utf8')) as {
  readonly patches: readonly number[][];
  readonly descriptors: readonly number[][];
};

export const goldenPatches = (): GreyImage[] =>
  GOLDEN.patches.map((values) => ({ width: 8, height: 8, data: Uint8Array.from(values) }));

/** An image of seeded noise, a little smooth. */
export function drawNoise(width: number, height: number, seed: number): GreyImage {
  const random = createRandom(seed);
  const data = new Uint8Array(width * height);
  let last = 128;
  for (let i = 0; i < data.length; i++) data[i] = last = Math.round(0.5 * last + 0.5 * 255 * random());
  return { width, height, data };
}

/** A part of an image. */
export function crop(image: GreyImage, left: number, top: number, width: number, height: number): GreyImage {
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (top + y) * image.width + left;
    data.set(image.data.subarray(from, from + width), y * width);
  }
  return { width, height, data };
}

/** The same image in three channels. */
export function toRgb({ width, height, data }: GreyImage): GreyImage {
  return {
    width,
    height,
    data: Uint8Array.from({ length: data.length * 3 }, (_, i) => data[Math.floor(i / 3)]),
  };
}
