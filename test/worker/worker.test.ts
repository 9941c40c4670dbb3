import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelError, ShapeError } from '../../src/core/index.ts';
import type { Image } from '../../src/core/index.ts';
import { estimateFlow, flowSequence } from '../../src/flow/estimate/index.ts';
import { loadFlowModel } from '../../src/flow/network/index.ts';
import type { FlowModel } from '../../src/flow/network/index.ts';
import { decodeImage, encodeImage, readImage } from '../../src/io/index.ts';
import { resizeImage } from '../../src/flow/index.ts';
import { match } from '../../src/match/pair/index.ts';
import { loadPatchModel, similarity, similarityMap, verify } from '../../src/match/patches/index.ts';
import { loadSemanticModel, matchSemantic } from '../../src/match/semantic/index.ts';
import { NothingFitsError, stitch } from '../../src/stitch/index.ts';
import type { TileSink } from '../../src/stitch/index.ts';
import { WorkerError, openWorker } from '../../src/worker/index.ts';
import type { WhitherWorker, WorkerModel } from '../../src/worker/index.ts';
import { testImage } from '../flow/fields.ts';

let worker: WhitherWorker;
let [here, there]: [FlowModel, WorkerModel<'flow'>] = [] as never;
let [imageA, imageB]: [Image, Image] = [] as never;

const copyOf = (image: Image): Image => ({ ...image, data: image.data.slice() });

/** Without the times that differ from run to run, and with each array as the text of its bytes. */
function timeless(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, part: unknown) => {
      if (key === 'milliseconds') return undefined;
      if (!ArrayBuffer.isView(part)) return part;
      return Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('base64');
    }),
  );
}

beforeAll(async () => {
  worker = await openWorker();
  [here, there] = [await loadFlowModel(), await worker.loadFlowModel()];
  const images = ['a', 'b'].map((name) => readImage(`fixtures/images/box-${name}.jpg`));
  [imageA, imageB] = (await Promise.all(images)).map((image) => resizeImage(image, 320, 240)) as [
    Image,
    Image,
  ];
}, 60_000);

afterAll(async () => {
  await here?.dispose();
  await worker?.close();
});

describe('a verb in a worker gives what its namesake gives', () => {
  it('for estimateFlow, one way and both', async () => {
    for (const options of [{ preset: 'fast' }, { preset: 'balanced', both: true }] as const) {
      const wanted = await estimateFlow(here, imageA, imageB, options);
      const got = await worker.estimateFlow(there, imageA, imageB, options);
      expect(timeless({ ...got })).toEqual(timeless({ ...wanted }));
      expect(Object.keys(got).sort()).toEqual(Object.keys(wanted).sort());
    }
  });

  it('for flowSequence, with pairs that are skipped', async () => {
    const frames = [imageA, imageB, imageA, imageB];
    const options = { preset: 'fast', skip: (index: number) => index === 1 } as const;
    const [wanted, got] = [[] as unknown[], [] as unknown[]];
    for await (const each of flowSequence(here, frames, options)) wanted.push(timeless({ ...each }));
    for await (const each of worker.flowSequence(there, frames, options)) got.push(timeless({ ...each }));
    expect(got).toHaveLength(2);
    expect(got).toEqual(wanted);
  });

  it('for match', async () => {
    expect(timeless(await worker.match(imageA, imageB))).toEqual(timeless(await match(imageA, imageB)));
  });

  it('for matchSemantic', async () => {
    const [near, far] = [await loadSemanticModel(), await worker.loadSemanticModel()];
    const wanted = await matchSemantic(near, imageA, imageB);
    expect(timeless(await worker.matchSemantic(far, imageA, imageB))).toEqual(timeless(wanted));
    await Promise.all([near.dispose(), far.dispose()]);
  });

  it('for similarity, similarityMap and verify', async () => {
    const [near, far] = [await loadPatchModel(), await worker.loadPatchModel()];
    const point = { x: 160, y: 120 };
    for (let times = 0; times < 2; times++) {
      expect(await worker.similarity(far, imageA, imageB)).toEqual(await similarity(near, imageA, imageB));
      expect(await worker.verify(far, imageA, imageB, 1)).toEqual(await verify(near, imageA, imageB, 1));
      const wanted = await similarityMap(near, imageA, point, imageB);
      expect(timeless(await worker.similarityMap(far, imageA, point, imageB))).toEqual(timeless(wanted));
    }
    await Promise.all([near.dispose(), far.dispose()]);
  });

  it('for stitch, with a source, a sink and progress of the caller', async () => {
    const source = { name: 'b', width: 320, height: 240, load: () => Promise.resolve(imageB) };
    const wanted = await stitch([imageA, source]);
    const [stages, written] = [new Set<string>(), [] as number[]];
    const sink: TileSink = {
      write: (_, data) => Promise.resolve(void written.push(data.length)),
      close: () => Promise.resolve(void written.push(-1)),
      abort: () => Promise.resolve(),
    };
    const onProgress = (stage: string): void => void stages.add(stage);
    const got = await worker.stitch([imageA, source], { onProgress });
    expect(timeless(got)).toEqual(timeless(wanted));
    await worker.stitch([imageA, source], { openSink: () => Promise.resolve(sink) });
    const { width, height } = wanted.panoramas[0].image!;
    expect(written.at(-1)).toBe(-1);
    expect(written.slice(0, -1).reduce((sum, length) => sum + length, 0)).toBe(width * height * 3);
    expect([...stages]).toContain('compose');
  });

  it('for stitch aligned by a model of the worker, or by a function that calls it', async () => {
    const images = [imageA, imageB];
    const align = (a: Image, b: Image) => estimateFlow(here, a, b);
    const wanted = timeless(await stitch(images, { align }));
    expect(timeless(await worker.stitch(images, { align: there }))).toEqual(wanted);
    const back = (a: Image, b: Image) => worker.estimateFlow(there, a, b);
    expect(timeless(await worker.stitch(images, { align: back }))).toEqual(wanted);
  });
});

describe('the images of a call', () => {
  it('are left to the caller, who may hand them over', async () => {
    const [a, b] = [copyOf(imageA), copyOf(imageB)];
    const kept = await worker.estimateFlow(there, a, b, { preset: 'fast' });
    expect(a).toEqual(imageA);
    const given = await worker.estimateFlow(there, a, b, { preset: 'fast', transfer: true });
    expect(given.flow).toEqual(kept.flow);
    expect([a.data.length, b.data.length]).toEqual([0, 0]);
    await expect(worker.estimateFlow(there, a, b)).rejects.toThrow(/received 0/);
  });

  it('may be one and the same, and parts of a larger memory', async () => {
    const { width, height, data } = imageA;
    const memory = new Uint8Array(data.length + 100);
    memory.set(data, 50);
    const part = { width, height, data: memory.subarray(50, 50 + data.length) };
    const { flow } = await worker.estimateFlow(there, part, part, { preset: 'fast', transfer: true });
    expect(flow).toEqual((await estimateFlow(here, imageA, imageA, { preset: 'fast' })).flow);
    expect(part.data.length).toBe(data.length);
  });
});

describe('images as they are decoded', () => {
  it('may be handed over, though their memory may not', async () => {
    const bytes = await encodeImage(imageA, 'png');
    const [a, b] = [await decodeImage(bytes), await decodeImage(bytes)];
    const { flow } = await worker.estimateFlow(there, a, b, { preset: 'fast', transfer: true });
    expect(flow).toEqual((await estimateFlow(here, imageA, imageA, { preset: 'fast' })).flow);
  });
});

describe('errors of a worker', () => {
  it('keep their class, message and properties', async () => {
    const smaller = resizeImage(imageB, 100, 80);
    const wanted = await estimateFlow(here, imageA, smaller).catch((error: Error) => error.message);
    const got = await worker.estimateFlow(there, imageA, smaller).catch((error: unknown) => error);
    expect(got).toBeInstanceOf(ShapeError);
    expect((got as Error).message).toBe(wanted);
    const nothing = await worker.stitch([testImage(90, 60), imageA]).catch((error: unknown) => error);
    expect(nothing).toBeInstanceOf(NothingFitsError);
    expect((nothing as NothingFitsError).report.leftOut).toHaveLength(2);
    await expect(worker.loadFlowModel('no-such-model')).rejects.toThrow(ModelError);
  });

  it('come before anything is sent where the input makes no sense', async () => {
    const before = worker.pending;
    const calls = [
      worker.match({ width: 4, height: 4, data: new Uint8Array(3) }, imageB),
      worker.match(imageA, imageB, { ratoi: 1 } as never),
      worker.match(imageA, imageB, { signal: 'now' } as never),
      worker.estimateFlow(here as never, imageA, imageB),
      worker.stitch([imageA], { align: 3 as never }),
    ];
    expect(worker.pending).toBe(before);
    for (const result of await Promise.allSettled(calls))
      expect(result).toMatchObject({
        status: 'rejected',
        reason: { message: expect.stringMatching(/^Expected/) as string },
      });
  });

  it('of a callback end the call with what it threw', async () => {
    const mine = new Error('enough');
    const onTile = (): void => {
      throw mine;
    };
    const call = worker.estimateFlow(there, imageA, imageB, { preset: 'fast', tile: 128, onTile });
    await expect(call).rejects.toBe(mine);
  });

  it('of the frames of a sequence are the very ones', async () => {
    const mine = new Error('no more frames');
    async function* frames(): AsyncGenerator<Image> {
      yield imageA;
      await Promise.resolve();
      throw mine;
    }
    const walk = async (): Promise<void> => {
      for await (const { index } of worker.flowSequence(there, frames())) expect.unreachable(`flow ${index}`);
    };
    await expect(walk()).rejects.toBe(mine);
  });
});

describe('a call that is given up', () => {
  it('ends with the reason of the signal, waiting or running, and the worker goes on', async () => {
    const stop = new AbortController();
    const { signal } = stop;
    const running = worker.match(imageA, imageB, { simulate: 'always', signal });
    const waiting = worker.estimateFlow(there, imageA, imageB, { signal });
    const other = worker.estimateFlow(there, imageA, imageB, { preset: 'fast' });
    const reason = new Error('the client hung up');
    setTimeout(() => stop.abort(reason), 50);
    const given = await Promise.allSettled([running, waiting]);
    expect(given.map((result) => 'reason' in result && (result.reason as unknown))).toEqual([reason, reason]);
    expect((await other).flow.width).toBe(320);
    await expect(worker.match(imageA, imageB, { signal })).rejects.toBe(reason);
  });

  it('may be a sequence that is left early', async () => {
    let [read, closed] = [0, false];
    function* frames(): Generator<Image> {
      try {
        for (; ; read++) yield read % 2 ? imageA : imageB;
      } finally {
        closed = true;
      }
    }
    for await (const { index } of worker.flowSequence(there, frames(), { preset: 'fast' })) {
      expect(index).toBe(0);
      break;
    }
    expect(closed).toBe(true);
    expect(read).toBeLessThan(6);
    expect(worker.pending).toBe(0);
  });
});

describe('threads of a worker', () => {
  it('share calls', async () => {
    await using pool = await openWorker({ count: 2 });
    const model = await pool.loadFlowModel();
    const wanted = await pool.estimateFlow(model, imageA, imageB, { preset: 'fast' });
    const flows = await Promise.all(
      [1, 2, 3].map(() => pool.estimateFlow(model, imageA, imageB, { preset: 'fast' })),
    );
    for (const { flow } of flows) expect(flow).toEqual(wanted.flow);
  });

  it('that die reject their calls, and are replaced with their models', async () => {
    const threads: Worker[] = [];
    const listen = (thread: Worker): unknown => threads.push(thread);
    process.on('worker', listen);
    await using pool = await openWorker();
    process.off('worker', listen);
    const model = await pool.loadPatchModel('ncc');
    const wanted = await pool.similarity(model, imageA, imageB);
    const ask = (): Promise<never> =>
      Promise.reject(new Error(`${threads.map((thread) => void thread.terminate())}`));
    const deadly = { name: 'deadly', width: 320, height: 240, load: ask };
    const call = await pool.stitch([deadly, imageA]).catch((error: unknown) => error);
    expect(call).toBeInstanceOf(WorkerError);
    expect((call as Error).message).toBe(
      'Expected stitch to finish but its worker thread ended: exit code 1',
    );
    const stop = new AbortController();
    const late = pool.match(imageA, imageB, { signal: stop.signal });
    const reason = new Error('given up while another thread starts');
    stop.abort(reason);
    await expect(late).rejects.toBe(reason);
    expect(await pool.similarity(model, imageA, imageB)).toEqual(wanted);
  });

  it('take no calls once closed, and finish those that there are', async () => {
    const pool = await openWorker();
    const last = pool.match(imageA, imageB);
    const closing = pool.close();
    await expect(pool.match(imageA, imageB)).rejects.toThrow(WorkerError);
    expect((await last).homography).toBeTruthy();
    await closing;
  });

  it('refuse a model of another worker, and one that was disposed of', async () => {
    await using pool = await openWorker();
    await expect(pool.estimateFlow(there, imageA, imageB)).rejects.toThrow(TypeError);
    const model = await pool.loadFlowModel();
    await model.dispose();
    await expect(pool.estimateFlow(model, imageA, imageB)).rejects.toThrow(/disposed/);
  });
});
