/** Pairs for `certainty.ts`: unrelated ones of textures and of photos, and views of one photo that a known map joins. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { applyHomography, invertHomography, multiply3 } from '../../src/core/homography.ts';
import type { Homography } from '../../src/core/homography.ts';
import { blurGaussian } from '../../src/features/scale-space/gaussian.ts';
import { toGrey } from '../../src/features/index.ts';
import type { Grey } from '../../src/features/index.ts';
import { createRandom } from '../../src/geometry/index.ts';
import { readImage } from '../../src/io/index.ts';
import type { Image } from '../../src/index.ts';
import { buildPyramid, warpView } from '../../src/match/pair/warp-view.ts';
import { shrinkImage } from '../../src/stitch/sources/shrink-image.ts';
import { TEXTURES, makeTexture } from './textures.ts';

export interface CertaintyPair {
  readonly kind: string;
  readonly name: string;
  /** Pairs of photos of one group are either all learned from or all measured on. */
  readonly learned: boolean;
  /** From A to B; null where the two have nothing in common. */
  readonly truth: Homography | null;
  load(): Promise<readonly [Image, Image]>;
}

const [WIDTH, HEIGHT] = [400, 300];

/** `count` pairs of each kind of texture. */
export function texturePairs(count: number): CertaintyPair[] {
  return Array.from({ length: count }, (_, i) => i).flatMap((i) =>
    TEXTURES.map((kind) => ({
      ...{ kind, name: `${kind} ${i}`, learned: false, truth: null },
      load: async () =>
        [makeTexture(kind, 2 * i, WIDTH, HEIGHT), makeTexture(kind, 2 * i + 1, WIDTH, HEIGHT)] as const,
    })),
  );
}

/** What photos of one scene have in common in their names: all but numbers, sides and extensions. */
const groupOf = (name: string): string =>
  name.replace(/\.[a-z]+$/, '').replace(/\d+|_(left|right|undist|mm|p)|[-_ ]/g, '');

const listPhotos = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /\.(jpe?g|png|webp|ppm)$/i.test(name))
    .sort();

/** Pairs of photos of different groups. */
export function unrelatedPhotos(folder: string, count: number): CertaintyPair[] {
  const names = listPhotos(folder);
  const random = createRandom(7);
  const pick = () => names[Math.floor(random() * names.length)];
  const read = async (name: string) => shrinkImage(await readImage(join(folder, name)), WIDTH * HEIGHT);
  return Array.from({ length: count }, () => {
    let [a, b] = [pick(), pick()];
    while (groupOf(a) === groupOf(b)) [a, b] = [pick(), pick()];
    return {
      ...{ kind: 'photos', name: `${a} ${b}`, learned: false, truth: null },
      load: async () => [await read(a), await read(b)] as const,
    };
  });
}

/** Two views of one photo each, more or less turned, tilted, shifted, blurred, noisy and darkened. */
export function relatedViews(folder: string, count: number): CertaintyPair[] {
  const names = listPhotos(folder);
  const groups = [...new Set(names.map(groupOf))].sort();
  const pairs: CertaintyPair[] = [];
  for (let seed = 1; pairs.length < count; seed++) {
    const random = createRandom(seed);
    const name = names[Math.floor(random() * names.length)];
    const difficulty = random();
    const apart = (0.05 + 0.4 * random()) * Math.sign(random() - 0.5);
    const [toA, toB] = [-apart, apart].map((shift) => drawView(random, difficulty, shift));
    const truth = multiply3(invertHomography(toB), toA);
    if (shareInside(truth, toA) < 0.08) continue;
    pairs.push({
      ...{
        kind: 'related',
        name: `${name} ${seed}`,
        truth,
        learned: groups.indexOf(groupOf(name)) % 2 === 0,
      },
      async load() {
        const photo = cropToShape(
          toGrey(shrinkImage(await readImage(join(folder, name)), 2.4 * WIDTH * HEIGHT)),
        );
        return [degrade(photo, toA, random, difficulty), degrade(photo, toB, random, difficulty)] as const;
      },
    });
  }
  return pairs;
}

/** Views show a window of a photo of this size, from its middle, moved by a share of its width. */
const [WIDE, TALL] = [1.35 * WIDTH, 1.35 * HEIGHT];

/** Maps pixels of a view to pixels of the photo. */
function drawView(random: () => number, difficulty: number, shift: number): Homography {
  const either = (most: number) => most * difficulty * (2 * random() - 1);
  const [scale, turn] = [Math.exp(either(0.5)), either(random() < 0.2 ? Math.PI : 0.4)];
  const [cos, sin] = [scale * Math.cos(turn), scale * Math.sin(turn)];
  const squeeze = Math.exp(either(0.5));
  const [tiltX, tiltY] = [either(1.2) / WIDTH, either(1.2) / HEIGHT];
  const place: Homography = [1, 0, WIDE * (0.5 + shift / 2), 0, 1, TALL / 2 + either(40), 0, 0, 1];
  const around: Homography = [1, 0, -WIDTH / 2, 0, 1, -HEIGHT / 2, 0, 0, 1];
  return multiply3(
    place,
    multiply3([cos, -sin * squeeze, 0, sin, cos * squeeze, 0, tiltX, tiltY, 1], around),
  );
}

/** The middle of a photo at the size that the views are drawn for. */
function cropToShape(photo: Grey): Grey {
  const scale = Math.max(WIDE / photo.width, TALL / photo.height);
  const toPhoto: Homography = [
    ...[1 / scale, 0, (photo.width - WIDE / scale) / 2],
    ...[0, 1 / scale, (photo.height - TALL / scale) / 2],
    ...[0, 0, 1],
  ] as unknown as Homography;
  return warpView(buildPyramid(photo), toPhoto, Math.floor(WIDE), Math.floor(TALL)).grey;
}

function degrade(photo: Grey, toPhoto: Homography, random: () => number, difficulty: number): Image {
  const { grey } = warpView(buildPyramid(photo), toPhoto, WIDTH, HEIGHT);
  const soft = random() < 0.5 * difficulty ? blurGaussian(grey, 0.5 + 2 * difficulty * random()) : grey;
  const noise = 40 * difficulty * random() * (random() < 0.5 ? 1 : 0.2);
  const gain = 1 - 0.5 * difficulty * random();
  const data = new Uint8Array(WIDTH * HEIGHT * 3);
  soft.data.forEach((value, i) => {
    const noisy = gain * value + noise * (random() + random() + random() - 1.5);
    data.fill(Math.max(0, Math.min(255, Math.round(noisy))), 3 * i, 3 * i + 3);
  });
  return { width: WIDTH, height: HEIGHT, data };
}

/** Points of A on a grid that B shows and that lie on the photo, where `toPhoto` is given. */
export function sharedPoints(truth: Homography, toPhoto?: Homography): [x: number, y: number][] {
  const inside = ([x, y]: readonly number[], width: number, height: number) =>
    x >= 0 && y >= 0 && x <= width - 1 && y <= height - 1;
  return Array.from({ length: 32 * 24 }, (_, i): [number, number] => [
    ((i % 32) + 0.5) * (WIDTH / 32),
    (Math.floor(i / 32) + 0.5) * (HEIGHT / 24),
  ]).filter(
    ([x, y]) =>
      inside(applyHomography(truth, x, y), WIDTH, HEIGHT) &&
      (!toPhoto || inside(applyHomography(toPhoto, x, y), WIDE, TALL)),
  );
}

const shareInside = (truth: Homography, toPhoto: Homography): number =>
  sharedPoints(truth, toPhoto).length / (32 * 24);
