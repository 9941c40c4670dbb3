import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FIXTURES } from '../../../fixtures/index.ts';
import { estimateFlow, flowSequence, loadFlowModel, readFlow, readImage } from '../../../src/index.ts';
import type { FlowModel, Image } from '../../../src/index.ts';
import { TOLERANCE } from '../../tolerances.ts';
import { distances } from '../fields.ts';

/** Any image of a size, seeded. */
function noise(width: number, height: number, seed = 1): Image {
  const data = new Uint8Array(width * height * 3);
  let state = seed;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state >>> 24;
  }
  return { width, height, data };
}

const PASSES = { schedule: [4, 1], iterations: [1, 1, 1], refine: false };

describe('whither-flow', () => {
  let model: FlowModel;
  let imageA: Image;
  let imageB: Image;
  beforeAll(async () => {
    model = await loadFlowModel('whither-flow');
    [imageA, imageB] = [await readImage(FIXTURES.goldenA), await readImage(FIXTURES.goldenB)];
  });
  afterAll(() => model.dispose());

  test('gives the flow that PyTorch gives with the same weights', async () => {
    const golden = await readFlow(`${FIXTURES.golden}/whither-flow.npy`);
    await using exact = await loadFlowModel('whither-flow', { precision: 'float32' });
    const { flow } = await estimateFlow(exact, imageA, imageB, PASSES);
    expect(flow.data).toBeCloseToArray(golden.data, TOLERANCE.networkFlow);
  });

  test('differs little in 8 bits, its default', async () => {
    await using exact = await loadFlowModel('whither-flow', { precision: 'float32' });
    const [wanted, found] = [exact, model].map((each) => estimateFlow(each, imageA, imageB, PASSES));
    const { mean } = distances((await found).flow.data, (await wanted).flow.data);
    expect(mean).toBeGreaterThan(0);
    expect(mean).toBeLessThan(TOLERANCE.eightBits);
  });

  test('tells how sure it is of each pixel, and which B does not show', async () => {
    const { confidence, occluded, flow } = await estimateFlow(model, imageA, imageB);
    expect([confidence!.width, confidence!.height]).toEqual([flow.width, flow.height]);
    expect(confidence!.data.every((sure) => sure >= 0 && sure <= 1)).toBe(true);
    expect([...occluded!.data]).toEqual(Array.from(confidence!.data, (sure) => (sure < 0.5 ? 1 : 0)));
  });

  test('a sequence starts its first pair from the initial flow, and takes a source of frames', async () => {
    const starts: unknown[] = [];
    const watched = Object.create(model, {
      network: {
        value: {
          estimate(...inputs: Parameters<typeof model.network.estimate>) {
            starts.push(inputs[2]?.initial);
            return model.network.estimate(...inputs);
          },
        },
      },
    }) as FlowModel;
    const initial = { width: 160, height: 128, data: new Float32Array(160 * 128 * 2).fill(2) };
    const frames = [imageA, imageB, imageA].map((image, index) => ({ image, index }));
    async function* walk() {
      yield* frames;
    }
    const options = { ...PASSES, schedule: [4], initial };
    for (const given of [[imageA, imageB, imageA], frames, walk(), { frames: walk }]) {
      starts.length = 0;
      for await (const { index, imageB: image } of flowSequence(watched, given, options))
        expect(image).toBe(frames[index + 1].image);
      expect(starts).toEqual([expect.objectContaining({ channels: 2 }), undefined]);
    }
    const none = flowSequence(model, 'clip.mp4' as never).next();
    await expect(none).rejects.toThrow('Expected images, or a source of frames such as openFrames gives,');
  });

  test.each([
    [1, 1],
    [5, 7],
    [64, 16],
    [131, 67],
  ])('takes images of %i x %i', async (width, height) => {
    const { flow } = await estimateFlow(model, noise(width, height), noise(width, height, 2));
    expect(flow.data).toHaveLength(width * height * 2);
    expect(flow.data.every(Number.isFinite)).toBe(true);
  });

  test.each(['balanced', 'accurate'] as const)(
    'sees in tiles what it sees in the whole (%s)',
    async (preset) => {
      const [a, b] = await Promise.all([FIXTURES.boxA, FIXTURES.boxB].map((file) => readImage(file)));
      const whole = await estimateFlow(model, a, b, { preset, tile: false });
      const tiled = await estimateFlow(model, a, b, { preset, tile: 256 });
      expect(tiled.tile).toBe(256);
      expect(distances(tiled.flow.data, whole.flow.data).mean).toBeLessThan(TOLERANCE.tiledEstimate);
      const unlike = tiled.confidence!.data.reduce(
        (sum, sure, i) => sum + Math.abs(sure - whole.confidence!.data[i]),
        0,
      );
      expect(unlike / (a.width * a.height)).toBeLessThan(TOLERANCE.tiledConfidence);
    },
  );

  test('does the coarsest level alone in tiles where no other is asked for', async () => {
    const [a, b] = [noise(300, 200), noise(300, 200, 2)];
    const options = { ...PASSES, iterations: [1], tile: 128 };
    const { flow } = await estimateFlow(model, a, b, options);
    expect(flow.data).toHaveLength(300 * 200 * 2);
    expect(flow.data.every(Number.isFinite)).toBe(true);
  });

  test('leaves the finest levels out where fewer iterations than levels are asked for', async () => {
    const options = { schedule: [1], refine: false };
    const fine = await estimateFlow(model, imageA, imageB, { ...options, iterations: [2, 2, 1] });
    const coarse = await estimateFlow(model, imageA, imageB, { ...options, iterations: [2, 2] });
    expect(coarse.flow.data).toHaveLength(fine.flow.data.length);
    expect(coarse.flow.data).not.toEqual(fine.flow.data);
  });

  test('has every preset, and its own is the one of the manifest', async () => {
    const { presets, preset } = model.manifest;
    expect(Object.keys(presets!)).toEqual(['fast', 'balanced', 'accurate']);
    const flows = [];
    for (const name of [undefined, preset, 'fast'] as const)
      flows.push((await estimateFlow(model, imageA, imageB, { preset: name })).flow.data);
    expect(flows[0]).toEqual(flows[1]);
    expect(flows[0]).not.toEqual(flows[2]);
  });

  test('gives for each frame of a sequence what the pair alone gives', async () => {
    const frames = [imageA, imageB, imageA];
    for await (const { index, flow } of flowSequence(model, frames)) {
      const alone = await estimateFlow(model, frames[index], frames[index + 1]);
      expect(flow.data).toEqual(alone.flow.data);
    }
  });

  test('takes pairs at the same time one after the other', async () => {
    const alone = await estimateFlow(model, imageA, imageB);
    const [first, second] = await Promise.all([
      estimateFlow(model, imageA, imageB),
      estimateFlow(model, imageB, imageA),
    ]);
    expect(first.flow.data).toEqual(alone.flow.data);
    expect(second.flow.data).not.toEqual(alone.flow.data);
  });

  test('says which iterations and backends it does not have', async () => {
    await expect(estimateFlow(model, imageA, imageB, { iterations: [1, 1, 1, 1] })).rejects.toThrow(
      'Expected a list of 1 to 3 numbers such as [2, 2, 1] for iterations',
    );
    await expect(estimateFlow(model, imageA, imageB, { preset: 'best' as 'fast' })).rejects.toThrow('preset');
    await expect(loadFlowModel('whither-flow', { backend: 'onnxruntime' })).rejects.toThrow(
      'Expected backend auto or simd for whither-flow',
    );
    await expect(loadFlowModel('whither-flow', { precision: 'int4' as 'int8' })).rejects.toThrow(
      'Expected one of int8, float32 for precision but received "int4"',
    );
  });
});

test('a model without presets says so', async () => {
  await using model = await loadFlowModel('flownet-s');
  const image = noise(64, 64);
  await expect(estimateFlow(model, image, image, { preset: 'fast' })).rejects.toThrow(
    'Expected no preset for flownet-s, which has none, but received fast',
  );
  await expect(estimateFlow(model, image, image, { iterations: [1] })).rejects.toThrow('no pyramid');
});
