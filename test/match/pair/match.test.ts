import { describe, expect, it } from 'vitest';
import { createCorrespondences } from '../../../src/core/correspondences.ts';
import { invertHomography, transformPoints } from '../../../src/core/homography.ts';
import type { Homography } from '../../../src/core/homography.ts';
import { correspondencesFromFlow, drawMatches, match } from '../../../src/match/pair/index.ts';
import { drawBlobs, drawFlat } from '../../features/textures.ts';
import { TOLERANCE } from '../../tolerances.ts';
import '../../matchers.ts';

const [WIDTH, HEIGHT] = [200, 160];
const CORNERS = [0, 0, WIDTH - 1, 0, WIDTH - 1, HEIGHT - 1, 0, HEIGHT - 1];
const H: Homography = [0.92, 0.12, 8, -0.08, 1.02, 12, 3e-4, -2e-4, 1];

const A = drawBlobs(WIDTH, HEIGHT, 5);
/** What a camera sees after A's points have moved by `H`. */
const B = drawBlobs(WIDTH, HEIGHT, 5, invertHomography(H));

const corners = (h: Homography | null) => transformPoints(h!, CORNERS);

describe('two images of one plane', () => {
  it('give the homography between them to a fraction of a pixel', async () => {
    const found = await match(A, B);
    expect(corners(found.homography)).toBeCloseToArray(corners(H), TOLERANCE.pairMatch);
    expect(found.inlierCount).toBeGreaterThan(40);
    expect(found.confidence).toBeGreaterThan(0.99);
    expect(found.stages.map(({ name }) => name)).toContain('rematch');
  });

  it('are aligned by themselves when told, from an estimate a pixel off', async () => {
    const grid = Array.from({ length: 16 }, (_, i) => [40 * (i % 4), 40 * (i >> 2)]).flat();
    const near = createCorrespondences(
      grid,
      transformPoints(H, grid).map((value, i) => value + [0.8, -0.6][i % 2]),
    );
    const found = await match(A, B, { correspondences: near, rematch: false, polish: true });
    expect(corners(found.homography)).toBeCloseToArray(corners(H), TOLERANCE.pairMatch);
  });

  it('give the same result every time', async () => {
    const options = { simulate: 'never' } as const;
    const strip = ({ stages, ...rest }: Awaited<ReturnType<typeof match>>) => ({
      ...rest,
      count: stages.length,
    });
    expect(strip(await match(A, B, options))).toEqual(strip(await match(A, B, options)));
  });

  it('are found from far aside by looking from other sides', async () => {
    const aside: Homography = [0.3, 0.02, 60, 0, 0.9, 8, 0, 0, 1];
    const found = await match(A, drawBlobs(WIDTH, HEIGHT, 5, invertHomography(aside)));
    expect(found.stages.some(({ name }) => name === 'views')).toBe(true);
    expect(corners(found.homography)).toBeCloseToArray(corners(aside), 3 * TOLERANCE.pairMatch);
  });

  it('may be the same image twice', async () => {
    const found = await match(A, A, { simulate: 'never' });
    expect(corners(found.homography)).toBeCloseToArray(CORNERS, 0.01);
  });

  it('can be of different sizes', async () => {
    const small = drawBlobs(WIDTH / 2, HEIGHT / 2, 5);
    const found = await match(A, small, { model: 'similarity', simulate: 'never' });
    // The plane of the half image is half as large, from the centre of its first pixel.
    expect(corners(found.homography)).toBeCloseToArray(
      CORNERS.map((value) => value / 2),
      TOLERANCE.pairMatch,
    );
  });
});

describe('images without a common scene', () => {
  it('give a reason and no matrix', async () => {
    const found = await match(A, drawBlobs(WIDTH, HEIGHT, 77), { simulate: 'never' });
    expect(found).toMatchObject({ matrix: null, homography: null, inlierCount: 0 });
    expect(found.reason).toMatch(/correspondences/);
  });

  it('such as flat or tiny ones are no error', async () => {
    for (const image of [drawFlat(60, 40), drawFlat(1, 1), drawFlat(3, 500)])
      expect((await match(A, image)).matrix).toBeNull();
  });
});

it('options that make no sense are refused', async () => {
  await expect(match(A, B, { ratio: 2 })).rejects.toThrow(/ratio/);
  await expect(match(A, B, { simulate: 'maybe' as 'auto' })).rejects.toThrow(/simulate/);
  await expect(match(A, B, { threshold: 0 })).rejects.toThrow(/threshold/);
});

describe('correspondences from flow', () => {
  const flow = { width: 4, height: 2, data: Float32Array.from({ length: 16 }, (_, i) => i) };

  it('lie on a grid, and keep to what is known and sure', () => {
    const valid = Uint8Array.of(1, 1, 1, 1, 1, 1, 0, 1);
    const confidence = { width: 4, height: 2, data: Float32Array.of(1, 0.9, 0.2, 1, 1, 1, 1, 0.6) };
    const found = correspondencesFromFlow({ ...flow, valid }, { confidence, step: 1 });
    expect([...found.pointsA]).toEqual([0, 0, 1, 0, 3, 0, 0, 1, 1, 1, 3, 1]);
    expect([...found.pointsB.subarray(2, 4)]).toEqual([1 + 2, 0 + 3]);
    expect(found.scores[1]).toBeCloseTo(0.9);
    expect(found.source).toBe('flow');
  });

  it('can be matched in place of features', async () => {
    const width = 64;
    const data = new Float32Array(width * width * 2);
    for (let i = 0; i < width * width; i++) data.set([3, -2], 2 * i);
    const correspondences = correspondencesFromFlow({ width, height: width, data });
    const flat = drawFlat(width, width);
    const found = await match(flat, flat, { correspondences, model: 'translation', rematch: false });
    expect(found.homography).toBeCloseToArray([1, 0, 3, 0, 1, -2, 0, 0, 1], TOLERANCE.geometry);
  });

  it('need a confidence of the same size', () => {
    const confidence = { width: 2, height: 2, data: new Float32Array(4) };
    expect(() => correspondencesFromFlow(flow, { confidence })).toThrow(/4 x 2 pixels but received 2 x 2/);
  });
});

describe('the drawing of matches', () => {
  const pair = createCorrespondences([2, 2, 5, 5], [3, 2, 60, 5]);

  it('has both images beside each other and leaves them as they were', () => {
    const before = A.data.slice();
    const sample = drawMatches(A, drawFlat(100, 200), pair);
    expect(sample).toMatchObject({ width: WIDTH + 8 + 100, height: 200 });
    expect(A.data).toEqual(before);
    expect(sample.data[(199 * sample.width + sample.width - 1) * 3]).toBe(100);
  });

  it('draws lines that leave the image up to its border', () => {
    const far = createCorrespondences([2, 2, 4, 4], [1e9, 50, -1e9, 1e12]);
    expect(() => drawMatches(A, B, far, { homography: [1, 0, 1e9, 0, 1, 0, 0, 0, 1] })).not.toThrow();
  });
});
