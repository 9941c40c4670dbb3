import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { FIXTURES } from '../../fixtures/index.ts';
import { extractFeatures } from '../../src/features/index.ts';
import type { Features } from '../../src/features/index.ts';
import { readImage } from '../../src/io/index.ts';
import { TOLERANCE } from '../tolerances.ts';

interface Golden {
  readonly x: number;
  readonly y: number;
  readonly sigma: number;
  readonly degrees: number;
  readonly descriptor: readonly number[];
}

const { keypoints: golden } = JSON.parse(readFileSync(join(FIXTURES.golden, 'sift.json'), 'utf8')) as {
  keypoints: readonly Golden[];
};

/** The part of a list that nine in ten do not exceed. */
const nineInTen = (list: readonly number[]): number =>
  [...list].sort((a, b) => a - b)[Math.floor(0.9 * list.length)];

const turn = (a: number, b: number): number => {
  const d = Math.abs(a - b) % (2 * Math.PI);
  return Math.min(d, 2 * Math.PI - d);
};

describe("our SIFT beside OpenCV's", () => {
  let ours: Features;
  let pairs: { readonly golden: Golden; readonly index: number }[];

  beforeAll(async () => {
    ours = await extractFeatures(await readImage(FIXTURES.goldenA), { descriptor: 'sift' });
    const { points, scales, angles } = ours.keypoints;
    pairs = golden.flatMap((wanted) => {
      let [index, least] = [-1, 0.5];
      for (let i = 0; i < scales.length; i++) {
        const distance =
          Math.hypot(points[2 * i] - wanted.x, points[2 * i + 1] - wanted.y) +
          Math.abs(Math.log(scales[i] / wanted.sigma)) +
          turn(angles[i], (wanted.degrees * Math.PI) / 180);
        if (distance < least) [index, least] = [i, distance];
      }
      return index >= 0 ? [{ golden: wanted, index }] : [];
    });
  });

  it('finds nine in ten of the same keypoints, and about as many', () => {
    expect(pairs.length).toBeGreaterThan(0.9 * golden.length);
    expect(ours.keypoints.scales.length).toBeLessThan(1.1 * golden.length);
  });

  it('puts them at the same place, scale and direction', () => {
    const { points, scales, angles } = ours.keypoints;
    const place = pairs.map(({ golden: g, index: i }) =>
      Math.hypot(points[2 * i] - g.x, points[2 * i + 1] - g.y),
    );
    const scale = pairs.map(({ golden: g, index: i }) => Math.abs(Math.log(scales[i] / g.sigma)));
    const angle = pairs.map(({ golden: g, index: i }) => turn(angles[i], (g.degrees * Math.PI) / 180));
    expect(nineInTen(place)).toBeLessThan(TOLERANCE.keypointPlace);
    expect(nineInTen(scale)).toBeLessThan(TOLERANCE.keypointScale);
    expect(nineInTen(angle)).toBeLessThan(TOLERANCE.keypointAngle);
  });

  it('describes them alike', () => {
    const { length, data } = ours.descriptors;
    const apart = pairs.map(({ golden: g, index }) => {
      const size = Math.hypot(...g.descriptor);
      let product = 0;
      // OpenCV counts directions the other way round.
      for (let cell = 0; cell < length; cell += 8)
        for (let d = 0; d < 8; d++)
          product += (data[index * length + cell + d] * g.descriptor[cell + ((8 - d) % 8)]) / size;
      return 1 - product;
    });
    expect(nineInTen(apart)).toBeLessThan(TOLERANCE.siftDescriptor);
  });
});
