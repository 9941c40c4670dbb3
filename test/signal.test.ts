import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FIXTURES } from '../fixtures/index.ts';
import {
  estimateFlow,
  flowSequence,
  loadFlowModel,
  loadSemanticModel,
  match,
  matchSemantic,
  readImage,
  stitch,
} from '../src/index.ts';
import { refineFlow } from '../src/api/flow.ts';
import { estimateHomography, loadHomographyModel } from '../src/api/geometry.ts';
import { pickFrames } from '../src/api/stitch.ts';
import type { FlowModel, Image, SemanticModel, TileSink } from '../src/index.ts';
import { drawScene } from './stitch/views.ts';

/** For whole runs on machines that are busy. */
const PATIENCE = 300_000;

const REASON = new Error('enough');

/** A signal that is aborted when it is asked for the `last`-th time, and how often it was asked. */
function countingSignal(last = Infinity): { signal: AbortSignal; asked: () => number } {
  const controller = new AbortController();
  const { signal } = controller;
  let count = 0;
  signal.throwIfAborted = () => {
    if (++count === last) controller.abort(REASON);
    if (signal.aborted) throw signal.reason;
  };
  return { signal, asked: () => count };
}

/** Runs the work once to count its steps, then ends it at one step after another. */
async function endsAtEachStep(
  work: (signal: AbortSignal) => Promise<unknown>,
  least: number,
  stops: (steps: number) => number[] = (steps) => [1, 2, Math.ceil(steps / 2), steps],
): Promise<void> {
  const whole = countingSignal();
  await work(whole.signal);
  expect(whole.asked()).toBeGreaterThanOrEqual(least);
  for (const stop of stops(whole.asked())) {
    const { signal, asked } = countingSignal(stop);
    await expect(work(signal)).rejects.toBe(REASON);
    expect(asked()).toBe(stop);
  }
}

function crop({ width, data }: Image, left: number, top: number, size: number): Image {
  const rows = Array.from({ length: size }, (_, y) => {
    const from = ((top + y) * width + left) * 3;
    return data.subarray(from, from + size * 3);
  });
  return { width: size, height: size, data: Uint8Array.from(rows.flatMap((row) => [...row])) };
}

const SCENE = drawScene(360, 240, 7, 700);
const [LEFT, RIGHT] = [crop(SCENE, 0, 10, 220), crop(SCENE, 110, 5, 220)];

describe('an aborted signal', { timeout: PATIENCE }, () => {
  let model: FlowModel;
  let semantic: SemanticModel;
  let imageA: Image;
  let imageB: Image;
  beforeAll(async () => {
    [model, semantic] = [await loadFlowModel('whither-flow'), await loadSemanticModel()];
    [imageA, imageB] = [await readImage(FIXTURES.goldenA), await readImage(FIXTURES.goldenB)];
  });
  afterAll(() => Promise.all([model.dispose(), semantic.dispose()]));

  test('ends an estimate between passes, steps and levels, and the model goes on', async () => {
    const before = await estimateFlow(model, imageA, imageB);
    await endsAtEachStep((signal) => estimateFlow(model, imageA, imageB, { signal }), 10);
    const after = await estimateFlow(model, imageA, imageB);
    expect(after.flow.data).toEqual(before.flow.data);
  });

  test('ends an estimate between tiles', async () => {
    const options = { preset: 'fast', tile: 128, both: true } as const;
    await endsAtEachStep((signal) => estimateFlow(model, imageA, imageB, { ...options, signal }), 10);
  });

  test('ends its own estimate and none that wait behind it', async () => {
    const wanted = await estimateFlow(model, imageA, imageB);
    const { signal } = countingSignal(4);
    const found = await Promise.allSettled([
      estimateFlow(model, imageB, imageA, { signal }),
      estimateFlow(model, imageA, imageB),
    ]);
    expect(found[0]).toEqual({ status: 'rejected', reason: REASON });
    expect(found[1]).toMatchObject({ status: 'fulfilled', value: { flow: { data: wanted.flow.data } } });
  });

  test('is told at once to who waits for another estimate', async () => {
    const controller = new AbortController();
    let ended = false;
    const running = estimateFlow(model, imageA, imageB).then(() => (ended = true));
    const waiting = estimateFlow(model, imageB, imageA, { signal: controller.signal });
    setImmediate(() => controller.abort(REASON));
    await expect(waiting).rejects.toBe(REASON);
    expect(ended).toBe(false);
    await running;
  });

  test('ends a refinement', async () => {
    const { flow } = await estimateFlow(model, imageA, imageB, { preset: 'fast' });
    await endsAtEachStep((signal) => refineFlow(flow, imageA, imageB, { signal }), 4);
  });

  test('ends a sequence, and its frames are let go', async () => {
    let closed = 0;
    function* frames() {
      try {
        yield* [imageA, imageB, imageA];
      } finally {
        closed++;
      }
    }
    const walk = async (signal: AbortSignal): Promise<void> => {
      for await (const { index } of flowSequence(model, frames(), { signal, preset: 'fast' })) void index;
    };
    await endsAtEachStep(walk, 10);
    expect(closed).toBe(5);
  });

  test('ends the picking of frames, and a homography between looks', async () => {
    async function* frames() {
      for (const index of [0, 1, 2]) yield await Promise.resolve({ index, image: index ? LEFT : RIGHT });
    }
    await endsAtEachStep((signal) => pickFrames(frames(), { signal }), 4);
    await using network = await loadHomographyModel();
    await endsAtEachStep((signal) => estimateHomography(network, imageA, imageB, { signal }), 4);
  });

  test('ends a match between stages and views', async () => {
    await endsAtEachStep((signal) => match(LEFT, RIGHT, { signal, simulate: 'always' }), 10);
  });

  test('of a timer ends a match, which lets timers have their turn', async () => {
    const signal = AbortSignal.timeout(1);
    await expect(match(LEFT, RIGHT, { signal, simulate: 'always' })).rejects.toThrow(/timeout/);
  });

  test('ends a semantic match between its looks', async () => {
    const [a, b] = [await readImage(FIXTURES.catA), await readImage(FIXTURES.catB)];
    const options = { looks: 2, transform: 'affine-tps' } as const;
    const stops = (steps: number): number[] => [2, steps];
    await endsAtEachStep((signal) => matchSemantic(semantic, a, b, { ...options, signal }), 8, stops);
  });

  test('ends a panorama, and what is half written is given up', async () => {
    const ends: string[] = [];
    const openSink = (): Promise<TileSink> =>
      Promise.resolve({
        write: () => Promise.resolve(),
        close: () => Promise.resolve(void ends.push('close')),
        abort: () => Promise.resolve(void ends.push('abort')),
      });
    await endsAtEachStep((signal) => stitch([LEFT, RIGHT], { signal, openSink }), 8);
    expect(ends).toEqual(['close', 'abort']);
  });

  test('that was aborted before is told at once, and what is none is refused', async () => {
    const signal = AbortSignal.abort(REASON);
    await expect(estimateFlow(model, imageA, imageB, { signal })).rejects.toBe(REASON);
    await expect(match(LEFT, RIGHT, { signal })).rejects.toBe(REASON);
    await expect(stitch([LEFT, RIGHT], { signal })).rejects.toBe(REASON);
    await expect(match(LEFT, RIGHT, { signal: {} as AbortSignal })).rejects.toThrow(
      'Expected an AbortSignal for signal but received an object (Object)',
    );
  });
});

test('time in the queue of a model is no time of an estimate', { timeout: PATIENCE }, async () => {
  await using model = await loadFlowModel('whither-flow');
  const [a, b] = [await readImage(FIXTURES.goldenA), await readImage(FIXTURES.goldenB)];
  await estimateFlow(model, a, b);
  const start = performance.now();
  const all = await Promise.all([1, 2, 3].map(() => estimateFlow(model, a, b)));
  const sum = all.reduce((total, { milliseconds }) => total + milliseconds, 0);
  expect(sum).toBeLessThan(performance.now() - start);
});
