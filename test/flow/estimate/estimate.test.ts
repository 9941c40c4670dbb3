import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BackendError, ModelError, ShapeError } from '../../../src/core/errors.ts';
import type { Image } from '../../../src/core/types.ts';
import { loadFlowModel } from '../../../src/flow/network/engine.ts';
import type { FlowGraph, FlowModel } from '../../../src/flow/network/engine.ts';
import { estimateFlow } from '../../../src/flow/estimate/estimate.ts';
import { resizeKnownFlow } from '../../../src/flow/field/resize-known-flow.ts';
import { addResidual } from '../../../src/flow/estimate/estimate-schedule.ts';
import { flowSequence } from '../../../src/flow/estimate/estimate-sequence.ts';
import { resizeFlow } from '../../../src/flow/field/resize.ts';
import { readFlow, readImage } from '../../../src/io/index.ts';
import { listModels } from '../../../src/runtime/index.ts';
import { TOLERANCE } from '../../tolerances.ts';

const STAND_IN = fileURLToPath(new URL('../../runtime/stand-in', import.meta.url));
const inStandIn = (name: string): string => `${STAND_IN}/${name}`;

let imageA: Image;
let imageB: Image;
beforeAll(async () => {
  imageA = await readImage(inStandIn('a.png'));
  imageB = await readImage(inStandIn('b.png'));
});

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

describe.each(['fused', 'split'] as const)('the %s graphs', (graph) => {
  let model: FlowModel;
  beforeAll(async () => {
    model = await loadFlowModel(STAND_IN, { graph });
  });
  afterAll(() => model.dispose());

  test('give the flow that PyTorch gives by the same schedule', async () => {
    const golden = await readFlow(inStandIn('golden.flo'));
    const { flow } = await estimateFlow(model, imageA, imageB, { schedule: [4, 2, 1] });
    expect([flow.width, flow.height]).toEqual([88, 56]);
    expect(flow.data).toBeCloseToArray(golden.data, TOLERANCE.coarseToFine);
  });

  test.each([
    [1, 1],
    [5, 7],
    [64, 64],
    [65, 3],
    [131, 67],
  ])('take images of %i x %i', async (width, height) => {
    const { flow } = await estimateFlow(model, noise(width, height), noise(width, height, 2));
    expect(flow.data).toHaveLength(width * height * 2);
    expect(flow.data.every(Number.isFinite)).toBe(true);
  });

  test('say what computed the flow and how long it took', async () => {
    const { backend, milliseconds } = await estimateFlow(model, imageA, imageB);
    if (graph === 'fused') expect(backend).toBe('onnxruntime');
    else expect(backend).not.toMatch(/^(auto|onnxruntime)$/);
    expect(milliseconds).toBeGreaterThan(0);
  });

  test('leave the images as they are', async () => {
    const before = imageA.data.slice();
    await estimateFlow(model, imageA, imageB, { both: true });
    expect(imageA.data).toEqual(before);
  });

  test('give both directions, and the backward one is the flow of the swapped pair', async () => {
    const both = await estimateFlow(model, imageA, imageB, { both: true });
    const swapped = await estimateFlow(model, imageB, imageA);
    expect(both.backward!.data).toBeCloseToArray(swapped.flow.data, TOLERANCE.coarseToFine);
    expect(both.occluded!.data).toHaveLength(88 * 56);
    expect(both.confidence!.data).toHaveLength(88 * 56);
  });

  test('give for each frame of a sequence what the pair alone gives', async () => {
    const frames = [imageA, imageB, noise(88, 56)];
    const indices: number[] = [];
    for await (const { index, flow } of flowSequence(model, frames)) {
      const alone = await estimateFlow(model, frames[index], frames[index + 1]);
      expect(flow.data).toBeCloseToArray(alone.flow.data, TOLERANCE.coarseToFine);
      indices.push(index);
    }
    expect(indices).toEqual([0, 1]);
  });
});

test('a schedule that ends coarse is brought to the full size', async () => {
  await using model = await loadFlowModel(STAND_IN, { graph: 'fused' });
  const half = await estimateFlow(model, imageA, imageB, { schedule: [2] });
  expect([half.flow.width, half.flow.height]).toEqual([88, 56]);
});

test('a sequence of one frame or none has no flow', async () => {
  await using model = await loadFlowModel(STAND_IN, { graph: 'fused' });
  for (const frames of [[], [imageA]])
    for await (const { index } of flowSequence(model, frames)) expect.unreachable(`flow ${index}`);
});

test('pairs to be skipped are passed over and the ones after them are right', async () => {
  await using model = await loadFlowModel(STAND_IN, { graph: 'fused' });
  const frames = [noise(88, 56), imageA, imageB, noise(88, 56, 3)];
  const found = [];
  for await (const estimate of flowSequence(model, frames, { skip: (index) => index !== 1 }))
    found.push(estimate);
  expect(found.map(({ index }) => index)).toEqual([1]);
  const alone = await estimateFlow(model, imageA, imageB);
  expect(found[0].flow.data).toBeCloseToArray(alone.flow.data, TOLERANCE.coarseToFine);
});

test('each frame of a sequence is encoded once for each level that nothing was carried back on', async () => {
  await using model = await loadFlowModel(STAND_IN, { graph: 'split' });
  const seen: object[] = [];
  const counting = Object.create(model, {
    network: {
      value: {
        estimate(...inputs: Parameters<typeof model.network.estimate>) {
          seen.push(inputs[0], inputs[1]);
          return model.network.estimate(...inputs);
        },
      },
    },
  }) as FlowModel;
  const frames = [imageA, imageB, noise(88, 56)];
  for await (const { index } of flowSequence(counting, frames, { schedule: [2] }))
    expect(index).toBeLessThan(2);
  // Two pairs of two images: four places, and three encodings among them.
  expect(seen).toHaveLength(4);
  expect(new Set(seen).size).toBe(3);
});

test('images of different sizes are refused with both sizes', async () => {
  await using model = await loadFlowModel(STAND_IN, { graph: 'fused' });
  const estimating = estimateFlow(model, noise(8, 8), noise(8, 9));
  await expect(estimating).rejects.toThrow(ShapeError);
  await expect(estimating).rejects.toThrow('8 x 8 and 8 x 9');
  const walking = flowSequence(model, [noise(8, 8), noise(9, 8)]).next();
  await expect(walking).rejects.toThrow('Expected frames of one size, 8 x 8, but frame 1 is 9 x 8');
});

test('what is no image, and a schedule that is none, are refused by name', async () => {
  await using model = await loadFlowModel(STAND_IN, { graph: 'fused' });
  await expect(estimateFlow(model, 'a.png' as never, imageB)).rejects.toThrow(
    'Expected an image with Uint8Array data for imageA but received "a.png" (string): readImage gives one',
  );
  const short = { width: 2, height: 2, data: new Uint8Array(4) };
  await expect(estimateFlow(model, short, short)).rejects.toThrow('Expected 12 values for imageA.data');
  await expect(estimateFlow(model, imageA, imageB, { schedule: [] })).rejects.toThrow('for schedule');
  await expect(estimateFlow(model, imageA, imageB, { schedule: [2, 0] })).rejects.toThrow('schedule[1]');
});

test('the residual is brought up bilinearly, cropped and added', () => {
  const residual = { channels: 2, height: 1, width: 2, data: Float32Array.of(0, 8, 1, 1) };
  const flow = { width: 7, height: 2, data: new Float32Array(28).fill(10) };
  addResidual(flow, residual, 4);
  const u = [10, 10, 11, 13, 15, 17, 18];
  const row = u.flatMap((value) => [value, 11]);
  expect(flow.data).toBeCloseToArray([...row, ...row], TOLERANCE.interpolation);
});

test.each([
  [3, 2, 6, 4],
  [5, 3, 7, 8],
  [1, 1, 4, 3],
  [4, 4, 4, 4],
])('flow of %i x %i is enlarged to %i x %i as resizeFlow does it', (width, height, toWidth, toHeight) => {
  const data = Float32Array.from({ length: width * height * 2 }, (_, i) => Math.sin(i * 1.7) * 5);
  const out = resizeKnownFlow({ width, height, data }, { width: toWidth, height: toHeight });
  const wanted = resizeFlow({ width, height, data }, toWidth, toHeight);
  expect(out.data).toBeCloseToArray(wanted.data, TOLERANCE.interpolation);
});

describe('what is asked for of a model', () => {
  test('that cannot be had is an error, never something else', async () => {
    const wanted = (backend: string, graph: FlowGraph) =>
      loadFlowModel(STAND_IN, { backend, graph } as never);
    await expect(wanted('reference', 'fused')).rejects.toThrow(BackendError);
    await expect(wanted('onnxruntime', 'split')).rejects.toThrow(BackendError);
    await expect(wanted('abacus', 'auto')).rejects.toThrow('but received "abacus"');
    await expect(wanted('auto', 'both' as never)).rejects.toThrow(
      'Expected one of fused, split, auto for graph',
    );
  });

  test('is what it gets', async () => {
    await using fused = await loadFlowModel(STAND_IN, { backend: 'onnxruntime' });
    expect(fused.graph).toBe('fused');
    await using split = await loadFlowModel(STAND_IN, { backend: 'reference' });
    expect(split.graph).toBe('split');
    expect((await estimateFlow(split, imageA, imageB)).backend).toBe('reference');
  });

  test('that has been disposed of is refused', async () => {
    const model = await loadFlowModel(STAND_IN, { graph: 'fused' });
    await model.dispose();
    await model.dispose();
    await expect(estimateFlow(model, imageA, imageB)).rejects.toThrow(ModelError);
  });
});

describe('the installed models', async () => {
  const models = (await listModels()).filter(({ manifest }) => manifest.task === 'flow');
  test.skipIf(!models.length)('are there', () => expect(models.length).toBeGreaterThan(0));

  test.each(models.map(({ manifest }) => manifest.name))('%s takes pairs of odd sizes', async (name) => {
    await using model = await loadFlowModel(name);
    const { flow } = await estimateFlow(model, noise(75, 41), noise(75, 41, 2));
    expect(flow.data.every(Number.isFinite)).toBe(true);
  });

  const divided = models.filter(({ manifest }) => 'correlation' in manifest && manifest.correlation);
  test.each(divided.map(({ manifest }) => manifest.name))('%s gives one flow, cut or fused', async (name) => {
    await using fused = await loadFlowModel(name, { graph: 'fused' });
    await using split = await loadFlowModel(name, { graph: 'split' });
    const whole = await estimateFlow(fused, imageA, imageB);
    const cut = await estimateFlow(split, imageA, imageB);
    expect(cut.flow.data).toBeCloseToArray(whole.flow.data, TOLERANCE.networkFlow);
  });
});

test('a model is one of loadFlowModel', async () => {
  const other = { kind: 'flow', name: 'whither-flow' } as unknown as FlowModel;
  const message = 'Expected a model from loadFlowModel for model but received an object (Object)';
  await expect(estimateFlow(other, imageA, imageB)).rejects.toThrow(message);
  await expect(flowSequence(other, [imageA, imageB]).next()).rejects.toThrow(message);
});
