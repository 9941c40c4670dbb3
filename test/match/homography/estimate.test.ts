import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { invertHomography, transformPoints } from '../../../src/core/homography.ts';
import type { Homography } from '../../../src/core/homography.ts';
import {
  correspondencesFromHomography,
  estimateHomography,
  loadHomographyModel,
} from '../../../src/api/geometry.ts';
import type { Image } from '../../../src/index.ts';
import type { HomographyModel } from '../../../src/api/geometry.ts';
import { drawBlobs, drawFlat } from '../../features/textures.ts';
import '../../matchers.ts';

const H: Homography = [0.98, 0.05, 6, -0.03, 1.01, -4, 1e-4, -1e-4, 1];

const noise = (width: number, height: number, seed: number): Image => {
  let state = seed;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24;
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, next) };
};

const cornerError = (found: Homography, wanted: Homography, width: number, height: number): number => {
  const corners = [0, 0, width - 1, 0, width - 1, height - 1, 0, height - 1];
  const [p, q] = [found, wanted].map((h) => transformPoints(h, corners));
  return [0, 2, 4, 6].reduce((sum, i) => sum + Math.hypot(p[i] - q[i], p[i + 1] - q[i + 1]), 0) / 4;
};

describe('the homography by a network', () => {
  let model: HomographyModel;
  beforeAll(async () => {
    model = await loadHomographyModel();
  });
  afterAll(() => model.dispose());

  it('brings two views of one drawing together, and knows that it did', async () => {
    const [a, b] = [drawBlobs(200, 150, 5), drawBlobs(200, 150, 5, invertHomography(H))];
    const { homography, confidence, likeness, roundTrip } = await estimateHomography(model, a, b);
    expect(cornerError(homography, H, 200, 150)).toBeLessThan(3);
    expect(likeness).toBeGreaterThan(0.6);
    expect(roundTrip).toBeLessThan(0.03);
    expect(confidence).toBeGreaterThan(0.5);
  });

  it('gives the map of the same place for an image and itself', async () => {
    const a = drawBlobs(120, 160, 3);
    const { homography, confidence } = await estimateHomography(model, a, a);
    expect(cornerError(homography, [1, 0, 0, 0, 1, 0, 0, 0, 1], 120, 160)).toBeLessThan(1);
    expect(confidence).toBeGreaterThan(0.8);
  });

  it('depends on its arguments alone', async () => {
    const [a, b] = [drawBlobs(90, 70, 1), drawBlobs(80, 90, 1)];
    const [first, again] = [await estimateHomography(model, a, b), await estimateHomography(model, a, b)];
    expect({ ...first, milliseconds: 0 }).toEqual({ ...again, milliseconds: 0 });
  });

  it.each([
    ['one pixel', drawFlat(1, 1), drawFlat(1, 1)],
    ['flat images', drawFlat(60, 40), drawFlat(60, 40, 200)],
    ['black and white', drawFlat(30, 30, 0), drawFlat(30, 30, 255)],
    ['a flat one', drawBlobs(64, 64, 2), drawFlat(64, 64)],
    ['a line and a column', drawBlobs(300, 1, 2), drawBlobs(1, 300, 2)],
    ['other images', drawBlobs(160, 120, 5), drawBlobs(160, 120, 77)],
    ['noise', noise(150, 100, 1), noise(150, 100, 2)],
  ])('gives a finite map and little confidence for %s', async (_, a, b) => {
    const { homography, confidence, likeness } = await estimateHomography(model, a, b);
    expect(homography.every(Number.isFinite)).toBe(true);
    expect(() => invertHomography(homography)).not.toThrow();
    expect(likeness).toBeGreaterThanOrEqual(0);
    expect(confidence).toBeLessThan(0.3);
  });

  it('refuses what is no image, and looks that are none', async () => {
    const a = drawFlat(8, 8);
    await expect(estimateHomography(model, a, null as unknown as Image)).rejects.toThrow(
      /an image .* imageB/,
    );
    await expect(estimateHomography(model, { ...a, width: 9 }, a)).rejects.toThrow(/Expected 216 values/);
    await expect(estimateHomography(model, a, a, { looks: 17 })).rejects.toThrow(/looks/);
  });
});

it('a model that has been disposed of says so, and one for something else is refused', async () => {
  const model = await loadHomographyModel();
  await model.dispose();
  await expect(estimateHomography(model, drawFlat(8, 8), drawFlat(8, 8))).rejects.toThrow(/disposed of/);
  await expect(loadHomographyModel('patchnet')).rejects.toThrow(/patchnet is for patch/);
});

describe('correspondences from a homography', () => {
  it('are the points of a grid that land in B, with where they go', () => {
    const shift: Homography = [1, 0, 32, 0, 1, 0, 0, 0, 1];
    const { pointsA, pointsB, scores, source } = correspondencesFromHomography(
      shift,
      { width: 64, height: 32 },
      { width: 64, height: 32 },
      { score: 0.5, count: 8 },
    );
    expect(scores).toEqual(new Float32Array(16).fill(0.5));
    expect(pointsA.subarray(0, 4)).toBeCloseToArray([3.5, 3.5, 11.5, 3.5], 1e-12);
    expect(pointsB).toBeCloseToArray(transformPoints(shift, pointsA), 1e-12);
    expect(source).toBe('homography-network');
  });

  it('takes a score from 0 to 1', () => {
    const size = { width: 4, height: 4 };
    const of = (score: number) =>
      correspondencesFromHomography([1, 0, 0, 0, 1, 0, 0, 0, 1], size, size, { score });
    expect(() => of(2)).toThrow(/score/);
    expect(() => of(NaN)).toThrow(/score/);
  });
});
