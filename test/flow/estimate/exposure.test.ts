import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Image } from '../../../src/core/types.ts';
import { loadFlowModel } from '../../../src/flow/network/engine.ts';
import type { FlowModel } from '../../../src/flow/network/engine.ts';
import { estimateFlow } from '../../../src/flow/estimate/estimate.ts';
import { prepareFrame } from '../../../src/flow/estimate/estimate-frame.ts';
import { flowSequence } from '../../../src/flow/estimate/estimate-sequence.ts';
import { matchExposure } from '../../../src/flow/estimate/exposure.ts';
import { refineFlow } from '../../../src/flow/estimate/refine.ts';
import { FIXTURES } from '../../../fixtures/index.ts';
import { readImage } from '../../../src/io/index.ts';
import type { ModelInput } from '../../../src/runtime/index.ts';
import { flowFrom, imageFrom } from '../fields.ts';

const INPUT: ModelInput = { layout: 'NCHW', channels: 'RGB', range: [0, 1], multipleOf: 1, fit: 'pad' };

let [a, b]: Image[] = [];
beforeAll(async () => {
  const photo = await readImage(FIXTURES.boxA);
  const cut = (left: number, top: number): Image =>
    imageFrom(192, 128, (x, y) => {
      const i = ((y + top) * photo.width + x + left) * 3;
      return [photo.data[i], photo.data[i + 1], photo.data[i + 2]];
    });
  // A(x, y) = B(x + 5, y + 3).
  [a, b] = [cut(255, 203), cut(250, 200)];
});

const curved = (image: Image, curve: (level: number) => number): Image => ({
  ...image,
  data: image.data.map((level) => Math.min(255, Math.max(0, Math.round(curve(level))))),
});
const matched = (one: Image, other: Image): readonly [Image, Image] => {
  const [frameA, frameB] = matchExposure(prepareFrame(one, INPUT), prepareFrame(other, INPUT), INPUT);
  return [frameA.image, frameB.image];
};
const meanDifference = (one: Image, other: Image): number =>
  one.data.reduce((sum, level, i) => sum + Math.abs(level - other.data[i]), 0) / one.data.length;
const meanError = ({ data }: { data: Float32Array }, u: number, v: number): number => {
  let sum = 0;
  for (let i = 0; i < data.length; i += 2) sum += Math.hypot(data[i] - u, data[i + 1] - v);
  return (2 * sum) / data.length;
};

describe('matchExposure', () => {
  it('leaves images of about one exposure as they are', () => {
    const lighter = curved(b, (level) => level * 1.08 + 3);
    expect(matched(a, lighter)[0]).toBe(a);
    expect(matched(a, lighter)[1]).toBe(lighter);
  });

  it.each<[string, (level: number) => number]>([
    ['a fifth of the light', (level) => level * 0.2],
    ['another gamma', (level) => 255 * (level / 255) ** 2.5],
    ['fog', (level) => 140 + level * 0.3],
  ])('brings %s and the image itself to one brightness', (_, curve) => {
    const dim = curved(a, curve);
    const [first, second] = matched(dim, a);
    expect(meanDifference(first, second)).toBeLessThan(0.25 * meanDifference(dim, a));
    // One of them is as it was, and the other way round it is the same.
    expect([first === dim, second === a]).toContain(true);
    const [back, forth] = matched(a, dim);
    expect(meanDifference(back, second) + meanDifference(forth, first)).toBe(0);
  });

  it('leaves images of two scenes as they are', () => {
    const sides = (left: number, right: number): Image =>
      imageFrom(192, 128, (x, y) => {
        const level = (x < 96 ? left : right) + ((x + y) % 16);
        return [level, level, level];
      });
    const [one, other] = [sides(20, 90), sides(230, 20)];
    expect(matched(one, other)[0]).toBe(one);
    expect(matched(one, other)[1]).toBe(other);
  });

  it('takes images of one colour and of one pixel', () => {
    for (const side of [1, 9]) {
      const black = imageFrom(side, side, () => [0, 0, 0]);
      const white = imageFrom(side, side, () => [255, 255, 255]);
      expect(matched(black, white)[0].data).toHaveLength(side * side * 3);
    }
  });
});

describe('flow to an image of a fifth of the light', () => {
  let model: FlowModel;
  beforeAll(async () => {
    model = await loadFlowModel('whither-flow', { threads: 1 });
  });
  afterAll(() => model.dispose());
  const darken = (image: Image): Image => curved(image, (level) => level * 0.2);

  it.each(['fast', 'balanced', 'accurate'] as const)(
    'is as good as to the image itself, %s',
    async (preset) => {
      const { flow } = await estimateFlow(model, a, darken(b), { preset });
      expect(meanError(flow, 5, 3)).toBeLessThan(0.5);
    },
  );

  it('is right in a sequence with one dark frame, to it and from it', async () => {
    const errors: number[] = [];
    const frames = [a, darken(b), a];
    for await (const { flow, index } of flowSequence(model, frames))
      errors.push(meanError(flow, index ? -5 : 5, index ? -3 : 3));
    expect(Math.max(...errors)).toBeLessThan(0.5);
  });

  it('is refined as to the image itself', async () => {
    const start = flowFrom(192, 128, () => [4.5, 3.4]);
    const refined = await refineFlow(start, a, darken(b));
    expect(meanError(refined, 5, 3)).toBeLessThan(0.5 * meanError(start, 5, 3));
  });
});
