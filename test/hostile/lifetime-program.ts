import { estimateFlow, loadFlowModel, loadPatchModel, similarity } from '../../src/index.ts';
import type { FlowModel } from '../../src/index.ts';
import { ModelError } from '../../src/core/index.ts';

/** Uses models in ways that programs do under load, each named by the first argument; its end tells how it went. */

const image = (seed: number) => ({
  width: 64,
  height: 48,
  data: Uint8Array.from({ length: 64 * 48 * 3 }, (_, i) => (Math.imul(i + seed, 2654435761) >>> 20) & 255),
});
const options = { preset: 'fast', refine: false } as const;
const flowOf = async (model: FlowModel, seed: number): Promise<string> => {
  const { flow } = await estimateFlow(model, image(seed), image(seed + 1), options);
  return Buffer.from(flow.data.buffer).toString('base64');
};

/** Fifty pairs at once on one model give what they give one after the other. */
async function manyAtOnce(): Promise<void> {
  await using model = await loadFlowModel('whither-flow', { threads: 1 });
  const seeds = Array.from({ length: 50 }, (_, i) => i % 5);
  const alone = new Map<number, string>();
  for (const seed of new Set(seeds)) alone.set(seed, await flowOf(model, seed));
  const together = await Promise.all(seeds.map((seed) => flowOf(model, seed)));
  const wrong = together.filter((flow, i) => flow !== alone.get(seeds[i])).length;
  if (wrong) throw new Error(`${wrong} of 50 flows differ from those that were estimated alone`);
}

/** A model that is disposed of while it works either finishes or says so. */
async function disposeDuringRun(): Promise<void> {
  for (let round = 0; round < 10; round++) {
    const model = await loadFlowModel('whither-flow', { threads: 1 });
    const running = [0, 1, 2].map((seed) => flowOf(model, seed));
    const ends = Promise.allSettled(running);
    await new Promise((resolve) => setTimeout(resolve, round));
    await model.dispose();
    for (const end of await ends)
      if (end.status === 'rejected' && !(end.reason instanceof ModelError)) throw end.reason;
    await flowOf(model, 0).then(
      () => Promise.reject(new Error('Expected a model that is disposed of to refuse')),
      (error: unknown) => (error instanceof ModelError ? undefined : Promise.reject(error as Error)),
    );
  }
}

/** Three hundred models one after the other take no more memory than a few. */
async function manyLoads(): Promise<void> {
  let settled = 0;
  for (let i = 1; i <= 300; i++) {
    await using model = await loadPatchModel('siam', { threads: 1 });
    if (i % 50 === 0) await similarity(model, image(0), image(1));
    if (i === 100) settled = process.memoryUsage.rss();
  }
  const grown = (process.memoryUsage.rss() - settled) / 2 ** 20;
  if (grown > 100) throw new Error(`200 loads took ${Math.round(grown)} MB more`);
}

const PROGRAMS: Readonly<Record<string, () => Promise<void>>> = { manyAtOnce, disposeDuringRun, manyLoads };
await PROGRAMS[process.argv[2]]();
