import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FIXTURES } from '../../../fixtures/index.ts';
import {
  ModelError,
  estimateFlow,
  flowSequence,
  loadFlowModel,
  readFlow,
  readImage,
} from '../../../src/index.ts';
import type { FlowModel, Image } from '../../../src/index.ts';
import { cropState } from '../../../src/flow/network/index.ts';
import type { FeatureMap } from '../../../kernels/types.ts';
import { TOLERANCE } from '../../tolerances.ts';
import { distances } from '../fields.ts';

/** Of random weights: `models/common/golden_recurrent.py` says how it is made. */
const FOLDER = join(FIXTURES.golden, 'recurrent');
const golden = (name: string) => readFlow(`${FOLDER}-${name}.npy`);

/** Any planes as a network takes them, seeded. */
function noise(seed: number): FeatureMap {
  const data = new Float32Array(3 * 96 * 64);
  let state = seed;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state / 2 ** 31 - 1;
  }
  return { channels: 3, height: 64, width: 96, data };
}

describe('a recurrent network', () => {
  let model: FlowModel;
  let imageA: Image;
  let imageB: Image;
  beforeAll(async () => {
    model = await loadFlowModel(FOLDER);
    [imageA, imageB] = [await readImage(FIXTURES.goldenA), await readImage(FIXTURES.goldenB)];
  });
  afterAll(() => model.dispose());

  test('gives the flow that PyTorch gives with the same weights, in two passes', async () => {
    const { flow } = await estimateFlow(model, imageA, imageB);
    const wanted = await golden('two');
    expect(distances(flow.data, wanted.data).mean).toBeLessThan(TOLERANCE.networkFlowMean);
    expect(flow.data).toBeCloseToArray(wanted.data, TOLERANCE.networkFlow);
  });

  test('and without its finest level', async () => {
    const { flow } = await estimateFlow(model, imageA, imageB, { schedule: [1], iterations: [3, 2] });
    expect(flow.data).toBeCloseToArray((await golden('coarse')).data, TOLERANCE.networkFlow);
  });

  test('tells which pixels B does not show', async () => {
    const { confidence, occluded, flow } = await estimateFlow(model, imageA, imageB);
    expect([confidence!.width, confidence!.height]).toEqual([flow.width, flow.height]);
    expect([...occluded!.data]).toEqual(Array.from(confidence!.data, (sure) => (sure < 0.5 ? 1 : 0)));
  });

  test.each([[[1, 1, 1]], [[2, 1]], [[1]], [[4]]])(
    'takes no more steps with all hypotheses than the %j that it is asked for',
    async (iterations) => {
      const { flow } = await estimateFlow(model, imageA, imageB, { schedule: [2, 1], iterations });
      expect(flow.data.every(Number.isFinite)).toBe(true);
    },
  );

  test('starts from an initial flow, where it is given one', async () => {
    const initial = { width: 160, height: 128, data: new Float32Array(160 * 128 * 2).fill(30) };
    const options = { schedule: [1] };
    const without = await estimateFlow(model, imageA, imageB, options);
    const { flow } = await estimateFlow(model, imageA, imageB, { ...options, initial });
    expect(flow.data).not.toEqual(without.flow.data);
  });

  test('gives for each frame of a sequence what the pair alone gives', async () => {
    const frames = [imageA, imageB, imageA];
    for await (const { index, flow } of flowSequence(model, frames)) {
      const alone = await estimateFlow(model, frames[index], frames[index + 1]);
      expect(flow.data).toEqual(alone.flow.data);
    }
  });

  test.each([[[3, 2, 2]], [[3, 2]], [[3]], [[1]]])(
    'goes on in a window from what it began: %j',
    async (iterations) => {
      const [a, b] = [noise(1), noise(2)];
      const initial = { ...noise(3), channels: 2 };
      const whole = await model.network.estimate({ planes: a }, { planes: b }, { iterations, initial });
      const { encode, begin, resume } = model.network.inWindows!;
      const state = await begin(await encode(a), await encode(b), { iterations, initial });
      const all = { left: 0, top: 0, width: state.flow.width, height: state.flow.height };
      const again = await resume({ planes: a }, { planes: b }, cropState(state, all, [0, 0]), { iterations });
      expect(again.flow).toEqual(whole.flow);
      expect(again.occlusion).toEqual(whole.occlusion);
    },
  );

  test('sees images in tiles', async () => {
    const [a, b] = await Promise.all([FIXTURES.boxA, FIXTURES.boxB].map((file) => readImage(file)));
    const { flow, tile } = await estimateFlow(model, a, b, { tile: 384 });
    expect(tile).toBe(384);
    expect(flow.data.every(Number.isFinite)).toBe(true);
  });

  test('ends between two steps', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(estimateFlow(model, imageA, imageB, { signal })).rejects.toThrow('enough');
  });
});

describe('a model.json that does not fit its graphs', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'whither-recurrent-'));
  afterAll(() => rmSync(scratch, { recursive: true }));

  /** A copy of the model whose manifest is changed. */
  function copyWith(
    name: string,
    change: (manifest: { pyramid: Record<string, unknown>; files: Record<string, unknown> }) => void,
  ) {
    const folder = join(scratch, name);
    cpSync(FOLDER, folder, { recursive: true });
    const path = join(folder, 'model.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as Parameters<typeof change>[0];
    change(manifest);
    writeFileSync(path, JSON.stringify(manifest));
    return folder;
  }

  test.each([
    ['an unknown kind', 'kind', 'circular', 'Expected "judge" or "recurrent" for pyramid.kind'],
    ['the other kind', 'kind', undefined, 'Expected none where the kind is not recurrent for pyramid.carry'],
    ['no number of steps', 'carry', undefined, 'Expected an integer of at least 1 for pyramid.carry'],
  ])('of %s', async (name, field, value, message) => {
    const folder = copyWith(name.replaceAll(' ', '-'), ({ pyramid }) => (pyramid[field] = value));
    const failure = loadFlowModel(folder);
    await expect(failure).rejects.toThrow(ModelError);
    await expect(failure).rejects.toThrow(message);
  });

  test.each(['begin', 'update', 'fine', 'score', 'rise0', 'rise1', 'mask'])('without %s', async (part) => {
    const folder = copyWith(`without-${part}`, (manifest) => {
      manifest.files = Object.fromEntries(Object.entries(manifest.files).filter(([name]) => name !== part));
    });
    await expect(loadFlowModel(folder)).rejects.toThrow(`Expected the ${part} graph for files.${part}`);
  });

  test('with graphs of the other kind', async () => {
    const folder = copyWith('mixed', ({ pyramid, files }) => {
      Object.assign(pyramid, { kind: 'judge', carry: undefined });
      Object.assign(files, { judge: files.score, decoder: files.update, rise: files.rise0 });
    });
    await expect(loadFlowModel(folder)).rejects.toThrow('Expected a graph correlation, context, flow,');
  });
});
