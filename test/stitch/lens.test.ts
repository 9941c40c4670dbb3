import { describe, expect, test } from 'vitest';
import { createCorrespondences } from '../../src/core/correspondences.ts';
import { applyHomography, multiply3 } from '../../src/core/homography.ts';
import type { Image, Size } from '../../src/core/types.ts';
import { createRandom } from '../../src/geometry/robust/random.ts';
import { pixelToRay, rayToPixel } from '../../src/stitch/cameras/rotation-cameras.ts';
import type { LensSize } from '../../src/stitch/lens/index.ts';
import { distortPoints, estimateDistortion, idealPoints, toIdeal } from '../../src/stitch/lens/index.ts';
import { examinePair } from '../../src/stitch/register/match-pairs.ts';
import { stitch } from '../../src/stitch/stitch.ts';
import { parseTransforms } from '../../src/stitch/transforms.ts';
import type { StitchPair, View } from '../../src/stitch/types.ts';
import { drawPoints, drawScene, homographyOfTurn, turn } from './views.ts';

const SIZE = { width: 800, height: 600 };
const FOCAL = 640;

describe('the lens', () => {
  test.each([-0.08, -0.03, 0.05])('of distortion %d: ideal pixels and back', (distortion) => {
    const size: LensSize = { ...SIZE, distortion };
    const points = Float64Array.from([399.5, 299.5, 0, 0, 799, 599, 120, 400, 700.25, 33]);
    const there = idealPoints(size, points);
    // A corner lies 500 pixels from the middle, 1.25 units: at the ideal radius r with r + distortion r^3 = 1.25.
    const r = Math.hypot(there[2] - 399.5, there[3] - 299.5) / 400;
    expect(r * (1 + distortion * r * r)).toBeCloseTo(Math.hypot(399.5, 299.5) / 400, 9);
    distortPoints(size, there);
    there.forEach((value, i) => expect(value).toBeCloseTo(points[i], 6));
  });

  test('a barrel shows nothing past its fold', () => {
    const size: LensSize = { ...SIZE, distortion: -0.3 };
    const far = Float64Array.from([399.5 + 400 * 1.06, 299.5]);
    distortPoints(size, far);
    expect(far[0]).toBeNaN();
    const edge = idealPoints(size, Float64Array.from([1400, 299.5]));
    expect((edge[0] - 399.5) / 400).toBeCloseTo(Math.sqrt(1 / 0.9), 9);
  });

  test('without distortion pixels are as they were', () => {
    const points = Float64Array.from([1, 2, 3, 4]);
    expect(idealPoints(SIZE, points)).toBe(points);
  });
});

const view = (index: number): View => ({
  ...{ index, name: `${index}`, matched: SIZE, scale: 1 },
  ...SIZE,
});

/** A pair of turned cameras with a lens: matches with noise of 0.4 pixels, every fourth a wrong one. */
function lensPair(a: number, b: number, yaw: number, distortion: number, parallax = 0): StitchPair {
  const size: LensSize = { ...SIZE, distortion };
  const random = createRandom(10 * a + b + 1);
  const truth = homographyOfTurn(turn(0), turn(yaw, 3, 2), FOCAL, SIZE);
  const { pointsA, pointsB } = drawPoints(truth, SIZE, SIZE, 160, 0.4, 10 * a + b + 1);
  for (let i = 0; i < pointsB.length; i += 2) {
    // Things nearer by, the more the lower they stand.
    pointsB[i] += (parallax * pointsA[i + 1]) / SIZE.height;
    if (i % 8 === 0) pointsB.set([random() * SIZE.width, random() * SIZE.height], i);
  }
  distortPoints(size, pointsA);
  distortPoints(size, pointsB);
  const scores = new Float32Array(pointsA.length / 2).fill(0.5);
  return examinePair(view(a), view(b), createCorrespondences(pointsA, pointsB, scores, 'features'));
}

describe('the distortion', () => {
  const views = [0, 1, 2, 3].map(view);
  const pairs = (distortion: number, parallax = 0): StitchPair[] =>
    [0, 1, 2].map((a) => lensPair(a, a + 1, 14 + 3 * a, distortion, parallax));

  test.each([-0.1, -0.04, -0.02, 0.03])('%d is found within 5 percent', (distortion) => {
    expect(estimateDistortion(views, pairs(distortion)) / distortion).toBeGreaterThan(0.95);
    expect(estimateDistortion(views, pairs(distortion)) / distortion).toBeLessThan(1.05);
  });

  test('of a lens without any is 0, of parallax too, and where nothing is verified', () => {
    expect(estimateDistortion(views, pairs(0))).toBe(0);
    expect(estimateDistortion(views, pairs(0, 6))).toBe(0);
    const unverified = pairs(-0.1).map((pair) => ({ ...pair, verified: false }));
    expect(estimateDistortion(views, unverified)).toBe(0);
    expect(estimateDistortion([], [])).toBe(0);
  });
});

/** What a turned camera with a lens sees of a photo that is taken for the image of one of focal length 480. */
function lensView(photo: Image, yaw: number, focal: number, size: Size, distortion: number): Image {
  const toPhoto = multiply3(rayToPixel(480, photo), multiply3(turn(yaw, 1, 1), pixelToRay(focal, size)));
  const data = new Uint8Array(size.width * size.height * 3);
  const ideal = new Float64Array(2);
  for (let k = 0; k < size.width * size.height; k++) {
    toIdeal({ ...size, distortion }, k % size.width, Math.floor(k / size.width), ideal);
    const [u, v] = applyHomography(toPhoto, ideal[0], ideal[1]);
    const [x, y] = [Math.floor(u), Math.floor(v)];
    for (let c = 0; c < 3; c++) {
      const at = (i: number, j: number): number => photo.data[3 * ((y + j) * photo.width + x + i) + c];
      const upper = at(0, 0) + (at(1, 0) - at(0, 0)) * (u - x);
      const lower = at(0, 1) + (at(1, 1) - at(0, 1)) * (u - x);
      data[3 * k + c] = Math.round(upper + (lower - upper) * (v - y));
    }
  }
  return { ...size, data };
}

describe('views by a lens with a barrel', { timeout: 300_000 }, () => {
  const size = { width: 300, height: 220 };
  const photo = drawScene(1100, 760, 5, 2600);
  const images = [-13, 0, 12].map((yaw) => lensView(photo, yaw, 380, size, -0.04));

  test('give the distortion, the focal length, and the same panorama by transforms', async () => {
    const { panoramas } = await stitch(images);
    const { report, transforms, image } = panoramas[0];
    expect(report.images).toHaveLength(3);
    expect(report.model).toBe('rotation');
    expect(Math.abs(report.distortion! / -0.04 - 1)).toBeLessThan(0.1);
    expect(Math.abs(report.images[0].focal! / 380 - 1)).toBeLessThan(0.03);
    expect(report.images[0].k1! / (report.distortion! * (report.images[0].focal! / 150) ** 2)).toBeCloseTo(
      1,
      9,
    );
    const again = await stitch(images, {
      transforms: parseTransforms(JSON.parse(JSON.stringify(transforms))),
    });
    expect(again.panoramas[0].image).toEqual(image);
    expect(() => parseTransforms({ ...transforms, distortion: 'barrel' })).toThrow(/distortion/);
  });

  test('without it where that is not wanted', async () => {
    const { panoramas } = await stitch(images, { lens: false });
    expect(panoramas[0].report.distortion).toBeUndefined();
    expect(Math.abs(panoramas[0].report.images[0].focal! / 380 - 1)).toBeGreaterThan(0.05);
  });
});
