import { describe, expect, it } from 'vitest';
import {
  describeKeypoints,
  detectKeypoints,
  extractFeatures,
  extractPatches,
  matchDescriptors,
  matchFeatures,
  toGrey,
} from '../../src/features/index.ts';
import type { Descriptors, Detector, PatchDescriptor } from '../../src/features/index.ts';
import { TOLERANCE } from '../tolerances.ts';
import '../matchers.ts';
import { drawBlobs, drawFlat } from './textures.ts';

const DETECTORS: readonly Detector[] = ['dog', 'harris', 'fast'];

/** White squares on black, their corners at whole pixels. */
function drawSquare(size: number, from: number, to: number) {
  const image = drawFlat(size, size, 0);
  for (let y = from; y <= to; y++) image.data.fill(255, (y * size + from) * 3, (y * size + to + 1) * 3);
  return image;
}

/** One Gaussian blob. */
function drawBlob(size: number, x: number, y: number, sigma: number) {
  const data = new Float32Array(size * size);
  for (let py = 0; py < size; py++)
    for (let px = 0; px < size; px++)
      data[py * size + px] = 20 + 200 * Math.exp(-((px - x) ** 2 + (py - y) ** 2) / (2 * sigma * sigma));
  return { width: size, height: size, data };
}

describe('grey', () => {
  it('weighs the colours as television does', () => {
    const image = {
      width: 4,
      height: 1,
      data: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255),
    };
    expect(toGrey(image).data).toBeCloseToArray([76.245, 149.685, 29.07, 255], 1e-3);
  });
});

describe('keypoints by differences of Gaussians', () => {
  it.each([
    [40.3, 37.8, 4],
    [50, 50, 7],
    [44.5, 61.25, 2.5],
  ])('find a blob at (%f, %f) of deviation %f', (x, y, sigma) => {
    const { points, scales, responses } = detectKeypoints(drawBlob(100, x, y, sigma));
    const best = responses.indexOf(Math.max(...responses));
    expect([points[2 * best], points[2 * best + 1]]).toBeCloseToArray([x, y], TOLERANCE.keypointPlace);
    // The scale where a difference of Gaussians answers most to a Gaussian blob is about its own.
    expect(scales[best] / sigma).toBeGreaterThan(0.8);
    expect(scales[best] / sigma).toBeLessThan(1.1);
  });

  it('leave out straight edges', () => {
    const image = drawFlat(80, 80, 0);
    for (let y = 0; y < 80; y++) image.data.fill(200, y * 240 + 120, (y + 1) * 240);
    expect(detectKeypoints(image).scales.length).toBe(0);
  });

  it('turn with the image', async () => {
    const image = drawBlobs(120, 120, 4);
    const turned = drawFlat(120, 120);
    for (let y = 0; y < 120; y++)
      for (let x = 0; x < 120; x++)
        turned.data.fill(image.data[(y * 120 + x) * 3], (x * 120 + 119 - y) * 3, (x * 120 + 119 - y) * 3 + 3);
    const [a, b] = [await extractFeatures(image), await extractFeatures(turned)];
    const { correspondences, indexA, indexB, fit } = await matchFeatures(a, b, { model: 'similarity' });
    // (x, y) goes to (119 - y, x): a quarter turn clockwise on the screen.
    expect(fit.matrix!).toBeCloseToArray([0, -1, 119, 1, 0, 0, 0, 0, 1], 0.05);
    expect(fit.inlierCount).toBeGreaterThan(0.8 * correspondences.scores.length);
    const k = fit.inliers.indexOf(1);
    const change = b.keypoints.angles[indexB[k]] - a.keypoints.angles[indexA[k]];
    expect(Math.cos(change - Math.PI / 2)).toBeGreaterThan(0.99);
  });
});

describe.each(DETECTORS)('the detector %s', (detector) => {
  it('finds nothing in a flat image, nor in a tiny one', () => {
    for (const image of [drawFlat(64, 64), drawFlat(1, 1), drawFlat(5, 200)])
      expect(detectKeypoints(image, { detector }).scales.length).toBe(0);
  });

  it('gives at most the count asked for, inside the image', () => {
    const { points, scales } = detectKeypoints(drawBlobs(160, 120), { detector, count: 40 });
    expect(scales.length).toBeGreaterThan(20);
    expect(scales.length).toBeLessThanOrEqual(40);
    for (let i = 0; i < points.length; i += 2) {
      expect(points[i]).toBeGreaterThanOrEqual(0);
      expect(points[i]).toBeLessThanOrEqual(159);
      expect(points[i + 1]).toBeLessThanOrEqual(119);
    }
  });

  it('gives the same keypoints every time', () => {
    const image = drawBlobs(100, 80);
    expect(detectKeypoints(image, { detector })).toEqual(detectKeypoints(image, { detector }));
  });
});

describe.each(['harris', 'fast'] as const)('corners by %s', (detector) => {
  it('are those of a square', () => {
    const { points, responses } = detectKeypoints(drawSquare(60, 20, 39), { detector, upright: true });
    expect(responses.length).toBe(4);
    const corners = Array.from({ length: 4 }, (_, i) => [points[2 * i], points[2 * i + 1]]);
    for (const [x, y] of [
      [20, 20],
      [39, 20],
      [20, 39],
      [39, 39],
    ])
      expect(Math.min(...corners.map(([u, v]) => Math.hypot(u - x, v - y)))).toBeLessThan(2);
  });
});

it.each(['dog', 'harris', 'fast'] as const)('a dark image has nearly as many keypoints by %s', (detector) => {
  const image = drawBlobs(160, 160);
  const dark = { ...image, data: image.data.map((level) => level * 0.1) };
  const [many, left] = [image, dark].map((one) => detectKeypoints(one, { detector }).scales.length);
  expect(many).toBeGreaterThan(10);
  expect(left).toBeGreaterThan(0.5 * many);
});

it('an even spread reaches the half of an image where texture is faint, the strongest do not', () => {
  const image = drawBlobs(160, 160);
  for (let y = 0; y < 160; y++)
    for (let i = (y * 160 + 80) * 3; i < (y + 1) * 160 * 3; i++)
      image.data[i] = 128 + (image.data[i] - 128) / 10;
  const right = (spread: 'even' | 'strongest') => {
    const { points } = detectKeypoints(image, { spread, count: 30, upright: true, contrast: 1 });
    return Array.from(points).filter((x, i) => i % 2 === 0 && x > 85).length;
  };
  expect(right('strongest')).toBeLessThan(3);
  expect(right('even')).toBeGreaterThan(8);
});

describe('descriptors', () => {
  it('have length 1, and RootSIFT is the root of the shares of SIFT', async () => {
    const image = drawBlobs(100, 100);
    const keypoints = detectKeypoints(image);
    const sift = await describeKeypoints(image, keypoints, { descriptor: 'sift' });
    const root = await describeKeypoints(image, keypoints);
    expect(sift.count).toBe(keypoints.scales.length);
    const first = sift.data.subarray(0, 128);
    expect(Math.hypot(...first)).toBeCloseTo(1, 5);
    expect(Math.hypot(...root.data.subarray(0, 128))).toBeCloseTo(1, 5);
    const sum = first.reduce((a, b) => a + b);
    expect(root.data.subarray(0, 128)).toBeCloseToArray(
      first.map((v) => Math.sqrt(v / sum)),
      1e-4,
    );
  });

  it('from samples are much like those from all pixels, and tell keypoints apart as well', async () => {
    const image = drawBlobs(160, 160);
    const keypoints = detectKeypoints(image, { count: 150 });
    const all = await describeKeypoints(image, keypoints);
    const few = await describeKeypoints(image, keypoints, { gradients: 'samples' });
    const likeness = Array.from({ length: all.count }, (_, i) => {
      let product = 0;
      for (let c = i * 128; c < i * 128 + 128; c++) product += all.data[c] * few.data[c];
      return product;
    }).sort((a, b) => a - b);
    expect(likeness[Math.floor(0.1 * likeness.length)]).toBeGreaterThan(0.93);
    const { indexA, indexB } = await matchDescriptors(all, few, { ratio: 0.9 });
    expect([...indexB]).toEqual([...indexA]);
    await expect(extractFeatures(image, { gradients: 'some' as 'all' })).rejects.toThrow('gradients');
  });

  it('can be made by any function of patches', async () => {
    const corner: PatchDescriptor = {
      patchSize: 8,
      extent: 6,
      describe: ({ count, size, data }) =>
        Promise.resolve({
          count,
          length: 1,
          data: Float32Array.from({ length: count }, (_, i) => data[i * size * size]),
        }),
    };
    const { keypoints, descriptors } = await extractFeatures(drawBlobs(64, 64), { descriptor: corner });
    expect(descriptors.count).toBe(keypoints.scales.length);
    expect(descriptors.length).toBe(1);
  });

  it('is not asked of an image that shows nothing', async () => {
    const never: PatchDescriptor = {
      patchSize: 8,
      extent: 6,
      describe: () => Promise.reject(new Error('there are no patches to describe')),
    };
    const { keypoints, descriptors } = await extractFeatures(drawFlat(64, 64), { descriptor: never });
    expect([keypoints.scales.length, descriptors.count]).toEqual([0, 0]);
  });
});

describe('a patch', () => {
  const ramp = {
    width: 64,
    height: 64,
    data: Float32Array.from({ length: 4096 }, (_, i) => (i % 64) + 3 * (i >> 6)),
  };
  const at = (angle: number, scale: number) => ({
    points: Float64Array.of(31.5, 31.5),
    scales: Float32Array.of(scale),
    angles: Float32Array.of(angle),
    responses: Float32Array.of(1),
  });

  it('shows the pixels themselves where one of its pixels is one of theirs', () => {
    const { data } = extractPatches(ramp, at(0, 1), 4, 4);
    expect(data).toBeCloseToArray(
      [30, 31, 32, 33].flatMap((y) => [30, 31, 32, 33].map((x) => x + 3 * y)),
      TOLERANCE.interpolation,
    );
  });

  it("has the keypoint's direction as its x axis", () => {
    const { data } = extractPatches(ramp, at(Math.PI / 2, 1), 4, 4);
    // To the right in the patch is down in the image, where the ramp rises by 3.
    expect(data[1] - data[0]).toBeCloseTo(3, 3);
    expect(data[4] - data[0]).toBeCloseTo(-1, 3);
  });
});

/** Descriptors of length 2 at the given angles. */
const directions = (...degrees: number[]): Descriptors => ({
  count: degrees.length,
  length: 2,
  data: Float32Array.from(
    degrees.flatMap((d) => [Math.cos((d * Math.PI) / 180), Math.sin((d * Math.PI) / 180)]),
  ),
});

describe('matching descriptors', () => {
  it('takes the best from both sides', async () => {
    const found = await matchDescriptors(directions(0, 5, 90), directions(92, 1), { ratio: 1 });
    expect([...found.indexA]).toEqual([0, 2]);
    expect([...found.indexB]).toEqual([1, 0]);
    expect(found.distances).toBeCloseToArray(
      [2 * Math.sin(Math.PI / 360), 2 * Math.sin(Math.PI / 180)],
      1e-3,
    );
  });

  it('takes the best from A alone when told', async () => {
    const found = await matchDescriptors(directions(0, 5, 90), directions(92, 1), {
      ratio: 1,
      mutual: false,
    });
    expect([...found.indexB]).toEqual([1, 1, 0]);
  });

  it('leaves out what could be another as well, unless the other lies at the same place', async () => {
    const [a, b] = [directions(0), directions(10, 11)];
    expect((await matchDescriptors(a, b)).indexA.length).toBe(0);
    const places = { pointsB: [50, 50, 51, 50] };
    expect([...(await matchDescriptors(a, b, places)).indexB]).toEqual([0]);
  });

  it('of nothing gives nothing', async () => {
    expect((await matchDescriptors(directions(), directions(1))).indexA.length).toBe(0);
    expect((await matchDescriptors(directions(1), directions())).indexA.length).toBe(0);
  });

  it('refuses descriptors of two lengths', async () => {
    const three = { count: 1, length: 3, data: new Float32Array(3) };
    await expect(matchDescriptors(directions(0), three)).rejects.toThrow(/2 and 3/);
  });
});

it.each([
  [{ count: 0 }, /count/],
  [{ detector: 'surf' as Detector }, /one of dog, harris, fast for detector/],
  [{ edgeRatio: 0.5 }, /edgeRatio/],
  [{ contrast: NaN }, /contrast/],
])('options such as %j are refused', (options, message) => {
  expect(() => detectKeypoints(drawBlobs(40, 40), options)).toThrow(message);
});

it('a value that is no number costs the points about it alone', async () => {
  const sample = toGrey(drawBlobs(80, 60));
  const whole = await extractFeatures(sample);
  const data = sample.data.slice();
  data[5 * sample.width + 7] = NaN;
  const { keypoints } = await extractFeatures({ ...sample, data });
  expect(keypoints.scales.length).toBeLessThanOrEqual(whole.keypoints.scales.length);
});
