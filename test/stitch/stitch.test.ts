import { describe, expect, test } from 'vitest';
import { applyHomography, invertHomography, multiply3 } from '../../src/core/homography.ts';
import type { Matrix3 } from '../../src/core/homography.ts';
import type { Image } from '../../src/core/types.ts';
import { FileError } from '../../src/core/errors.ts';
import { createFeatureMatcher } from '../../src/stitch/register/match-pairs.ts';
import type { PairMatcher } from '../../src/stitch/register/match-pairs.ts';
import { register } from '../../src/stitch/register/register.ts';
import { stitch } from '../../src/stitch/stitch.ts';
import type { Stitched } from '../../src/stitch/stitch.ts';
import { parseTransforms } from '../../src/stitch/transforms.ts';
import '../matchers.ts';
import { TOLERANCE } from '../tolerances.ts';
import { cutView, drawScene, homographyOfTurn, turn, warpPhoto } from './views.ts';

const SIZE = { width: 300, height: 220 };
const FOCAL = 380;
const PHOTO = drawScene(1100, 760, 5, 2600);
const TURNS = [turn(13, -2, 2), turn(-12, 1, -1), turn(0)];
const GAINS = [1.1, 0.85, 1];
const VIEWS = TURNS.map((r, v) => cutView(PHOTO, 480, r, FOCAL, SIZE, GAINS[v]));
/** Several tests look at one run. */
let run: Promise<Stitched> | undefined;
const stitchOnce = (): Promise<Stitched> => (run ??= stitch(VIEWS));
/** For whole runs on machines that are busy. */
const PATIENCE = 300_000;
const BLANK: Image = { width: 120, height: 100, data: new Uint8Array(36000).fill(90) };

/** Greatest distance of what the report says of a pair from the truth, over A's corners. */
function pairError({ panoramas }: Stitched, a: number, b: number, truth: Matrix3): number {
  const { images } = panoramas[0].report;
  const found = multiply3(invertHomography(images[b].homographyToPanorama), images[a].homographyToPanorama);
  return Math.max(
    ...[
      [60, 60],
      [240, 60],
      [60, 160],
      [240, 160],
    ].map(([x, y]) => {
      const [p, q] = [applyHomography(found, x, y), applyHomography(truth, x, y)];
      return Math.hypot(p[0] - q[0], p[1] - q[1]);
    }),
  );
}

describe('views of a turning camera', { timeout: PATIENCE }, () => {
  test('become one panorama: cameras, gains, no seam to be seen, the same bytes again', async () => {
    const result = await stitchOnce();
    expect(result.report.leftOut).toEqual([]);
    expect(result.panoramas).toHaveLength(1);
    const { report, image } = result.panoramas[0];
    expect(report.model).toBe('rotation');
    expect(report.images).toHaveLength(3);
    expect(Math.abs(report.images[0].focal! / FOCAL - 1)).toBeLessThan(0.05);
    for (const [a, b] of [
      [2, 0],
      [2, 1],
    ])
      expect(pairError(result, a, b, homographyOfTurn(TURNS[a], TURNS[b], FOCAL, SIZE))).toBeLessThan(
        TOLERANCE.stitched,
      );
    const [g0, g1] = report.images.map(({ gain }) => gain);
    expect(g1 / g0).toBeCloseTo(GAINS[0] / GAINS[1], 1);
    const again = await stitch(VIEWS);
    expect(again.panoramas[0].image!.data).toEqual(image!.data);
    expect(JSON.stringify(again.report)).toBe(JSON.stringify(result.report));
  });

  test('crop leaves no blank pixel', async () => {
    const { panoramas } = await stitch(VIEWS, { crop: true });
    const { image, report } = panoramas[0];
    expect(report.crop).toBeDefined();
    expect(image!.width).toBeGreaterThan(400);
    let blank = 0;
    for (let k = 0; k < image!.data.length; k += 3)
      if (image!.data[k] + image!.data[k + 1] + image!.data[k + 2] === 0) blank++;
    expect(blank).toBe(0);
  });

  test('cameras go through JSON and place other images of the same rig', async () => {
    const { panoramas } = await stitchOnce();
    const transforms = parseTransforms(JSON.parse(JSON.stringify(panoramas[0].transforms)));
    const again = await stitch(VIEWS, { transforms });
    expect(again.panoramas[0].image!.data).toEqual(panoramas[0].image!.data);
    await expect(stitch(VIEWS.slice(1), { transforms })).rejects.toThrow(
      /3 images for the transforms but received 2/,
    );
  });

  test.each(['cylindrical', 'spherical', 'mercator', 'stereographic', 'panini', 'plane'] as const)(
    'every projection shows all of them: %s, at a smaller scale and with feathers',
    async (projection) => {
      const { panoramas } = await stitch(VIEWS, {
        projection,
        scale: 0.5,
        blend: 'feather',
        seams: 'distance',
      });
      const { image, report } = panoramas[0];
      expect(report.projection).toBe(projection);
      expect(image!.width).toBeGreaterThan(200);
      expect(image!.width).toBeLessThan(340);
    },
  );

  test('the same image twice is placed twice', async () => {
    const { report } = await stitch([VIEWS[2], VIEWS[2], VIEWS[0]]);
    expect(report.leftOut).toEqual([]);
    expect(report.panoramas[0].images).toHaveLength(3);
  });

  test('images of one scene zoomed come together with a focal length each', async () => {
    const near = cutView(PHOTO, 480, turn(1), FOCAL * 1.5, SIZE);
    const result = await stitch([VIEWS[2], near], { model: 'rotation' });
    const [wide, tele] = result.panoramas[0].report.images.map(({ focal }) => focal!);
    expect(tele / wide).toBeCloseTo(1.5, 1);
  });

  test('a camera that zooms and does not turn gives a flat image, since nothing tells its focal length', async () => {
    const near = cutView(PHOTO, 480, turn(0), FOCAL * 2, SIZE);
    const { report } = await stitch([VIEWS[2], near]);
    expect(report.panoramas[0].model).toBe('affine');
    expect(report.panoramas[0].projection).toBe('plane');
  });

  test('an image of few pixels is called small, not plain', async () => {
    const tiny = cutView(PHOTO, 480, turn(0), 60, { width: 60, height: 44 });
    const { report } = await stitch([...VIEWS, tiny]);
    expect(report.leftOut.map(({ advice }) => advice)).toEqual([
      'it has only 60 x 44 pixels: give a larger one',
    ]);
  });

  test('an image of something else is left out by name, with advice', async () => {
    const stranger = drawScene(SIZE.width, SIZE.height, 99, 400);
    const { report, panoramas } = await stitch([...VIEWS.slice(1), stranger, BLANK]);
    expect(panoramas).toHaveLength(1);
    expect(report.leftOut.map(({ file }) => file)).toEqual(['image 2', 'image 3']);
    expect(report.leftOut[1].reason).toMatch(/no points/);
    for (const { reason, advice } of report.leftOut)
      expect(Math.min(reason.length, advice.length)).toBeGreaterThan(20);
  });
});

test('images that few points leave apart are looked at again with more', { timeout: PATIENCE }, async () => {
  const quick = createFeatureMatcher({ count: 15 }) as PairMatcher<unknown>;
  await expect(stitch(VIEWS, { matcher: quick })).rejects.toThrow('no two of these do');
  const thorough = createFeatureMatcher({ count: 900 }) as PairMatcher<unknown>;
  const { panoramas, report } = await stitch(VIEWS, { matcher: { ...quick, thorough } });
  expect(panoramas[0].report.images).toHaveLength(3);
  expect(Math.min(...report.inputs.map(({ keypoints }) => keypoints))).toBeGreaterThan(15);
});

test('an image that the second look cannot read stays alone', { timeout: PATIENCE }, async () => {
  const reads = [0, 0, 0];
  const sources = VIEWS.map(({ width, height, data }, i) => ({
    ...{ name: `view ${i}`, width, height },
    load: () =>
      ++reads[i] > 1 && i === 2
        ? Promise.reject(new FileError('Expected view 2 but it is gone'))
        : Promise.resolve({ width, height, data }),
  }));
  const quick = createFeatureMatcher({ count: 15 }) as PairMatcher<unknown>;
  const thorough = createFeatureMatcher({ count: 900 }) as PairMatcher<unknown>;
  const { components, alone, unreadable } = await register(sources, { matcher: { ...quick, thorough } });
  expect(reads).toEqual([2, 2, 2]);
  expect(unreadable).toEqual([]);
  expect([components.map(({ choice }) => choice.placement.views), alone]).toEqual([[[0, 1]], [2]]);
});

test('two scenes make two panoramas', { timeout: PATIENCE }, async () => {
  const other = drawScene(1100, 760, 77, 2600);
  const views = [turn(8), turn(-4)].map((r) => cutView(other, 480, r, FOCAL, SIZE));
  const { panoramas } = await stitch([VIEWS[0], views[0], VIEWS[2], views[1], VIEWS[1]]);
  expect(panoramas.map(({ report }) => report.images.map(({ file }) => file))).toEqual([
    ['image 0', 'image 2', 'image 4'],
    ['image 1', 'image 3'],
  ]);
});

test('parts of a scan are put together by affine maps', { timeout: PATIENCE }, async () => {
  const maps: Matrix3[] = [
    [1, 0, 40, 0, 1, 50, 0, 0, 1],
    [0.99, -0.08, 230, 0.1, 1.02, 60, 0, 0, 1],
    [1.04, 0.05, 60, -0.05, 0.98, 220, 0, 0, 1],
  ];
  const views = maps.map((m) => warpPhoto(PHOTO, m, SIZE));
  const result = await stitch(views);
  expect(result.panoramas[0].report.model).toBe('affine');
  expect(pairError(result, 0, 1, multiply3(invertHomography(maps[1]), maps[0]))).toBeLessThan(
    TOLERANCE.stitched,
  );
});

describe('what cannot be stitched is refused in words', { timeout: PATIENCE }, () => {
  test('too few images', async () => {
    await expect(stitch([VIEWS[0]])).rejects.toThrow('Expected two or more images to stitch but received 1');
  });

  test('images that do not overlap', async () => {
    await expect(stitch([VIEWS[0], drawScene(300, 220, 50, 400)])).rejects.toThrow(
      /no two of these do: image 0: .*image 1: /,
    );
  });

  test('a panorama above the limit, with the number and what to do', async () => {
    await expect(stitch(VIEWS, { maxMegapixels: 0.05 })).rejects.toThrow(
      /at most 0\.05 megapixels but this one would be \d+ x \d+.*--max-megapixels 0\.2.*--scale 0\.\d+/,
    );
  });

  test('an image of the wrong length', async () => {
    await expect(stitch([VIEWS[0], { ...BLANK, width: 7 }])).rejects.toThrow(/values for images\[1\]/);
  });

  test('transforms that are none', () => {
    expect(() => parseTransforms({ images: [] })).toThrow(/list of images/);
  });
});
