import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../../src/core/errors.ts';
import type { FlowField, Image } from '../../../src/core/types.ts';
import { loadFlowModel } from '../../../src/flow/network/engine.ts';
import { estimateFlow } from '../../../src/flow/estimate/estimate.ts';
import { flowSequence } from '../../../src/flow/estimate/estimate-sequence.ts';
import { knownPixels } from '../../../src/core/known.ts';
import { scoreFlow } from '../../../src/flow/field/metrics.ts';
import { refineFlow } from '../../../src/flow/estimate/refine.ts';
import { readFlow, readImage } from '../../../src/io/index.ts';
import { findData } from '../../../bench/data/folder.ts';
import { flowFrom, imageFrom, testImage } from '../fields.ts';

/** A smooth image moved by (u, v). */
function wave(width: number, height: number, u = 0, v = 0): Image {
  return imageFrom(width, height, (x, y) => {
    const [px, py] = [x - u, y - v];
    const a = 128 + 60 * Math.sin(px * 0.21 + Math.sin(py * 0.11)) + 50 * Math.cos(py * 0.19 + px * 0.05);
    const b = 128 + 70 * Math.sin((px + py) * 0.17) + 40 * Math.cos((px - 2 * py) * 0.12);
    return [a, b, (a + b) / 2];
  });
}

const constantFlow = (width: number, height: number, u: number, v: number): FlowField =>
  flowFrom(width, height, () => [u, v]);

describe('refineFlow', () => {
  it('finds a motion of several pixels from none, by its coarse levels', async () => {
    const truth = constantFlow(96, 80, 3.5, -2.25);
    const pair = [wave(96, 80), wave(96, 80, 3.5, -2.25)] as const;
    const refined = await refineFlow(constantFlow(96, 80, 0, 0), ...pair, { warps: 3 });
    const before = scoreFlow(constantFlow(96, 80, 0, 0), truth).epe!;
    expect(before).toBeGreaterThan(4);
    expect(scoreFlow(refined, truth).epe!).toBeLessThan(before / 10);
  });

  it('leaves uniform flow between constant images as it is', async () => {
    const grey = imageFrom(23, 17, () => [120, 120, 120]);
    const flow = constantFlow(23, 17, 2, -1);
    const { data } = await refineFlow(flow, grey, grey);
    expect(data).toBeCloseToArray(flow.data, 1e-3);
  });

  it.each([
    [1, 1],
    [5, 7],
    [2, 30],
    [65, 3],
  ])('takes images of %i x %i', async (width, height) => {
    const image = testImage(width, height);
    const { data } = await refineFlow(constantFlow(width, height, 0.5, 9), image, image);
    expect(data).toHaveLength(width * height * 2);
    expect(data.every(Number.isFinite)).toBe(true);
  });

  it('gives the same bytes again and leaves its arguments unchanged', async () => {
    const input = {
      flow: constantFlow(31, 22, 1, 1),
      a: wave(31, 22),
      b: wave(31, 22, 0.5, 2),
      confidence: { width: 31, height: 22, data: new Float32Array(31 * 22).fill(0.5) },
    };
    const copy = structuredClone(input);
    const run = () => refineFlow(input.flow, input.a, input.b, { confidence: input.confidence });
    const first = await run();
    expect(Buffer.from((await run()).data.buffer)).toEqual(Buffer.from(first.data.buffer));
    expect(input).toEqual(copy);
  });

  it('gives a copy where there are no levels', async () => {
    const flow = constantFlow(4, 4, 1, 2);
    const refined = await refineFlow(flow, testImage(4, 4), testImage(4, 4), { levels: [] });
    expect(refined).toEqual(flow);
    expect(refined.data).not.toBe(flow.data);
  });

  it('keeps unknown flow unknown and away from the rest', async () => {
    const truth = constantFlow(64, 48, 0.75, 0.5);
    const flow = constantFlow(64, 48, 0.25, 0);
    flow.data.set([NaN, NaN, 1e10, 1e10], 40);
    const refined = await refineFlow(flow, wave(64, 48), wave(64, 48, 0.75, 0.5));
    expect(refined.valid).toEqual(knownPixels(flow));
    expect(scoreFlow(refined, truth).epe!).toBeLessThan(0.1);
  });

  it('trusts the images no more than it is told', async () => {
    const flow = constantFlow(64, 48, 0.25, 0);
    const confidence = { width: 64, height: 48, data: new Float32Array(64 * 48) };
    const { data } = await refineFlow(flow, wave(64, 48), wave(64, 48, 0.75, 0.5), { confidence });
    expect(data).toBeCloseToArray(flow.data, 1e-3);
  });

  it('takes weights and iterations for each level, and those of all where a level has none', async () => {
    const [a, b] = [wave(40, 30), wave(40, 30, 0.75, 0.5)];
    const flow = constantFlow(40, 30, 0.25, 0);
    const step = await refineFlow(flow, a, b, { levels: [2], warps: 4, sweeps: 3 });
    const wanted = await refineFlow(step, a, b, { levels: [1], warps: 1, sweeps: 3 });
    const levels = [{ factor: 2, warps: 4 }, 1];
    expect((await refineFlow(flow, a, b, { levels, warps: 1, sweeps: 3 })).data).toEqual(wanted.data);
  });

  it('sees brightness alone where one channel is asked for, which is all there is in grey images', async () => {
    const grey = (image: Image): Image => ({
      ...image,
      data: image.data.map((_, i) => image.data[3 * Math.floor(i / 3)]),
    });
    const [a, b] = [grey(wave(64, 48)), grey(wave(64, 48, 0.75, 0.5))];
    const flow = constantFlow(64, 48, 0.25, 0);
    const colour = await refineFlow(flow, a, b, { alpha: 20 });
    const one = await refineFlow(flow, a, b, { alpha: 20 / Math.sqrt(3), channels: 1 });
    expect(one.data).toBeCloseToArray(colour.data, 0.01);
    const [c, d] = [wave(64, 48), wave(64, 48, 0.75, 0.5)];
    expect((await refineFlow(flow, c, d, { channels: 1 })).data).not.toEqual(
      (await refineFlow(flow, c, d)).data,
    );
  });

  it('refuses sizes and options that do not fit', async () => {
    const image = testImage(8, 6);
    const flow = constantFlow(8, 6, 0, 0);
    await expect(refineFlow(flow, image, testImage(8, 5))).rejects.toThrow(ShapeError);
    await expect(refineFlow(constantFlow(7, 6, 0, 0), image, image)).rejects.toThrow(ShapeError);
    await expect(refineFlow(flow, image, image, { levels: [0] })).rejects.toThrow('levels[0]');
    await expect(refineFlow(flow, image, image, { levels: [{ factor: 0.5 }] })).rejects.toThrow(
      'levels[0].factor',
    );
    await expect(refineFlow(flow, image, image, { sweeps: -1 })).rejects.toThrow('sweeps');
    await expect(refineFlow(flow, image, image, { channels: 2 as 1 })).rejects.toThrow('channels');
  });
});

describe('the refine option of an estimate', () => {
  const STAND_IN = fileURLToPath(new URL('../../runtime/stand-in', import.meta.url));

  it('refines the flow of the network in both directions, of pairs and of sequences alike', async () => {
    const model = await loadFlowModel(STAND_IN, { graph: 'fused' });
    try {
      const [a, b] = [wave(70, 50), wave(70, 50, 1.5, 1)];
      const plain = await estimateFlow(model, a, b, { both: true });
      const both = await estimateFlow(model, a, b, { both: true, refine: true });
      const alone = await refineFlow(plain.flow, a, b);
      // The same values, but for the range of the model's images.
      expect(both.flow.data).toBeCloseToArray(alone.data, 0.02);
      expect(both.flow.data).not.toEqual(plain.flow.data);
      expect(both.backward!.data).not.toEqual(plain.backward!.data);
      for await (const { flow } of flowSequence(model, [a, b], { refine: true }))
        expect(flow.data).toEqual(both.flow.data);
      const fine = await estimateFlow(model, a, b, { refine: { levels: [1], sweeps: 2 } });
      expect(fine.flow.data).not.toEqual(both.flow.data);
    } finally {
      await model.dispose();
    }
  });
});

const MIDDLEBURY = findData('middlebury-flow');

describe.skipIf(!MIDDLEBURY)(
  `on a real pair with known flow${MIDDLEBURY ? '' : ' (skipped: WHITHER_DATA has no middlebury-flow)'}`,
  () => {
    it('brings no flow at all to less than half of the error', async () => {
      const frames = `${MIDDLEBURY}/frames/RubberWhale`;
      const [a, b] = await Promise.all(['10', '11'].map((n) => readImage(`${frames}/frame${n}.png`)));
      const truth = await readFlow(`${MIDDLEBURY}/gt/RubberWhale/flow10.flo`);
      const zero = constantFlow(truth.width, truth.height, 0, 0);
      const refined = await refineFlow(zero, a, b);
      expect(scoreFlow(refined, truth).epe!).toBeLessThan(scoreFlow(zero, truth).epe! / 2);
    });
  },
);
