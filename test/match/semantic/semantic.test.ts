import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/geometry/index.ts';
import { FIXTURES } from '../../../fixtures/index.ts';
import { applyWarp } from '../../../src/api/geometry.ts';
import { SEMANTIC_TRANSFORMS, describeSemantic } from '../../../src/api/features.ts';
import {
  drawSemanticMatch,
  loadSemanticModel,
  matchSemantic,
  readImage,
  transferPoints,
} from '../../../src/index.ts';
import type { Image, SemanticMatch, SemanticModel } from '../../../src/index.ts';

/** Eyes, nose and right ear of either cat, in pixels, and how far off is too far: a tenth of B's longer side. */
const PARTS_A = [88, 123, 142, 145, 104, 168, 214, 84];
const PARTS_B = [155, 110, 197, 113, 172, 142, 236, 50];
const FAR = 40;

const flat = (width: number, height: number, value: number): Image => ({
  width,
  height,
  data: new Uint8Array(width * height * 3).fill(value),
});

function noise(width: number, height: number): Image {
  const random = createRandom(1);
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => 256 * random()) };
}

function crop(image: Image, left: number, top: number, width: number, height: number): Image {
  const rows = Array.from({ length: height }, (_, y) => {
    const from = ((top + y) * image.width + left) * 3;
    return [...image.data.subarray(from, from + width * 3)];
  });
  return { width, height, data: Uint8Array.from(rows.flat()) };
}

const distances = (a: ArrayLike<number>, b: ArrayLike<number>): number[] =>
  Array.from({ length: a.length / 2 }, (_, i) =>
    Math.hypot(a[2 * i] - b[2 * i], a[2 * i + 1] - b[2 * i + 1]),
  );

describe('semantic matching', () => {
  let model: SemanticModel;
  let [catA, catB]: Image[] = [];
  let match: SemanticMatch;

  beforeAll(async () => {
    model = await loadSemanticModel();
    [catA, catB] = [await readImage(FIXTURES.catA), await readImage(FIXTURES.catB)];
    match = await matchSemantic(model, catA, catB);
  }, 60_000);
  afterAll(() => model.dispose());

  it('finds the face of one cat on another, and knows that it did', () => {
    const { pointsB, scores, source } = transferPoints(match, PARTS_A);
    expect(Math.max(...distances(pointsB, PARTS_B))).toBeLessThan(FAR);
    expect(scores[0]).toBeGreaterThan(0.3);
    expect(source).toBe('semantic');
    // The same relative place is far off.
    const relative = PARTS_A.map((v, i) =>
      i % 2 ? (v * catB.height) / catA.height : (v * catB.width) / catA.width,
    );
    expect(Math.max(...distances(relative, PARTS_B))).toBeGreaterThan(FAR);
  });

  it('gives fields of the size of each image, and what computed them', () => {
    expect([match.flow.width, match.flow.height]).toEqual([catA.width, catA.height]);
    expect(match.flow.data).toHaveLength(catA.width * catA.height * 2);
    expect([match.flowBA.width, match.confidenceBA.height]).toEqual([catB.width, catB.height]);
    expect(match.backend).toBe('simd');
    expect(match.score).toBeGreaterThan(0.1);
    for (const value of match.confidence.data) expect(value >= 0 && value <= 1).toBe(true);
  });

  it('matches an image with itself to nearly nothing moved, with high confidence', async () => {
    const same = await matchSemantic(model, catA, catA, { transform: 'fitted-affine' });
    const moved = distances(same.flow.data, new Float32Array(same.flow.data.length));
    expect(moved.reduce((sum, value) => sum + value) / moved.length).toBeLessThan(3);
    expect(same.score).toBeGreaterThan(match.score);
    expect(same.transform!.consistency).toBeGreaterThan(0.9);
  });

  it('looks again where sizes differ: the middle of a cat is found in the whole of it', async () => {
    const [left, top, width, height] = [50, 50, 186, 140];
    const part = crop(catA, left, top, width, height);
    const errors = async (looks: number): Promise<number> => {
      const { transform } = await matchSemantic(model, part, catA, { transform: 'fitted-affine', looks });
      const corners = [0, 0, width - 1, 0, 0, height - 1, width - 1, height - 1];
      const truth = corners.map((value, i) => value + (i % 2 ? top : left));
      return Math.max(...distances(applyWarp(transform!.warpAB, corners), truth));
    };
    const again = await errors(3);
    expect(again).toBeLessThan(await errors(1));
    expect(again).toBeLessThan(20);
  });

  it('looks as often at nothing, too', async () => {
    const { flow, score, transform } = await matchSemantic(model, flat(50, 40, 128), catA, { looks: 3 });
    expect(flow.data.every(Number.isFinite)).toBe(true);
    expect(score).toBeLessThan(0.05);
    expect([...applyWarp(transform!.warpAB, [25, 20])].every(Number.isFinite)).toBe(true);
  });

  it('sees the same from the other side', async () => {
    const back = await matchSemantic(model, catB, catA, { transform: 'none' });
    expect(back.transform).toBeNull();
    expect(back.score).toBeCloseTo(match.score, 4);
    const there = distances(back.flow.data, match.flowBA.data);
    expect(there.reduce((sum, value) => sum + value) / there.length).toBeLessThan(0.5);
  });

  it('takes features in the place of images, to the same result', async () => {
    const [a, b] = [await describeSemantic(model, catA), await describeSemantic(model, catB)];
    expect((await matchSemantic(model, a, b, { transform: 'none' })).flow).toEqual(match.flow);
  });

  it.each(SEMANTIC_TRANSFORMS.filter((name) => name !== 'none'))(
    'finds the warp %s both ways, finite all over the image',
    async (transform) => {
      const result = (await matchSemantic(model, catA, catB, { transform })).transform!;
      const corners = [0, 0, catA.width - 1, 0, 0, catA.height - 1, catA.width - 1, catA.height - 1];
      expect([...applyWarp(result.warpAB, corners)].every(Number.isFinite)).toBe(true);
      expect([...applyWarp(result.warpBA, corners)].every(Number.isFinite)).toBe(true);
      expect(result.name).toBe(transform);
      expect(result.consistency).toBeGreaterThanOrEqual(0);
      expect(result.consistency).toBeLessThanOrEqual(1);
    },
  );

  it.each<[string, Image]>([
    ['a grey image', flat(50, 40, 128)],
    ['one pixel', flat(1, 1, 200)],
    ['5 x 5 pixels', flat(5, 5, 0)],
    ['a strip', flat(1500, 2, 90)],
    ['5 x 5 pixels of noise', noise(5, 5)],
  ])('of %s is defined, finite, and trusts nothing', async (_, image) => {
    const { flow, confidence, flowBA, score, transform } = await matchSemantic(model, image, catA);
    expect(flow.data.every(Number.isFinite) && flowBA.data.every(Number.isFinite)).toBe(true);
    expect(confidence.data.every((value) => value >= 0 && value < 0.05)).toBe(true);
    expect(score).toBeLessThan(0.05);
    const middle = applyWarp(transform!.warpAB, [image.width / 2, image.height / 2]);
    expect([...middle].every(Number.isFinite)).toBe(true);
  });

  it('draws all four panels', () => {
    const sample = drawSemanticMatch(catA, catB, match, { points: PARTS_A });
    expect(sample.width).toBe(3 * catA.width + catB.width + 3 * 8);
    expect(sample.height).toBe(Math.max(catA.height, catB.height));
    // A's eye has a mark on it that the photo has not.
    const at = (PARTS_A[1] * sample.width + PARTS_A[0]) * 3;
    const photo = (PARTS_A[1] * catA.width + PARTS_A[0]) * 3;
    expect([...sample.data.subarray(at, at + 3)]).not.toEqual([...catA.data.subarray(photo, photo + 3)]);
  });

  it('carries points by the transform too, and refuses what are no points', async () => {
    const { pointsB } = transferPoints(match, PARTS_A, 'transform');
    expect(Math.max(...distances(pointsB, PARTS_B))).toBeLessThan(2 * FAR);
    expect(() => transferPoints(match, [1, 2, 3])).toThrow(/Expected x and y of each point/);
    expect(() => transferPoints(match, [1, NaN])).toThrow(/finite numbers/);
    const without = await matchSemantic(model, catA, catB, { transform: 'none' });
    expect(() => transferPoints(without, PARTS_A, 'transform')).toThrow(/ask for one in matchSemantic/);
  });

  it('refuses images that are none, unknown transforms, and models for something else', async () => {
    await expect(matchSemantic(model, null as never, catB)).rejects.toThrow(TypeError);
    await expect(matchSemantic(model, { ...catA, width: 7 }, catB)).rejects.toThrow(/values for imageA/);
    await expect(matchSemantic(model, catA, catB, { transform: 'magic' as never })).rejects.toThrow(
      /for transform/,
    );
    await expect(matchSemantic(model, catA, catB, { looks: 0 })).rejects.toThrow(/from 1 to 8 for looks/);
    await expect(loadSemanticModel('patchnet')).rejects.toThrow(/for semantic matching but patchnet/);
  });
});

describe('a semantic model', () => {
  it('is of no use after it was disposed of', async () => {
    const model = await loadSemanticModel();
    await model.dispose();
    await model.dispose();
    await expect(matchSemantic(model, flat(8, 8, 1), flat(8, 8, 1))).rejects.toThrow(/disposed of/);
  });
});
