/**
 * How long the verbs keep the event loop, called in this thread and in a worker, in turns: `npm run bench:worker [-- ROUNDS]`.
 * A timer of one millisecond tells when it was late. `idle` is how late it is when nothing is done.
 */

import {
  estimateFlow,
  loadFlowModel,
  match,
  openWorker,
  readImage,
  resizeImage,
  stitch,
} from '../../src/index.ts';
import { printTable, summarize } from '../shared/measure.ts';

const ROUNDS = Number(process.argv[2] ?? 20);

const small = await Promise.all(['a', 'b'].map((name) => readImage(`fixtures/images/box-${name}.jpg`)));
const [a, b] = small.map((image) => resizeImage(image, 1282, 1110));
const worker = await openWorker();
const [here, there] = [await loadFlowModel(), await worker.loadFlowModel()];

/** Each of them here and in the worker. */
const VERBS: Readonly<Record<string, readonly [() => Promise<unknown>, () => Promise<unknown>]>> = {
  ...Object.fromEntries(
    (['fast', 'balanced', 'accurate'] as const).map((preset) => [
      `estimateFlow ${preset}, 1282 x 1110`,
      [() => estimateFlow(here, a, b, { preset }), () => worker.estimateFlow(there, a, b, { preset })],
    ]),
  ),
  'match, 640 x 480': [() => match(small[0], small[1]), () => worker.match(small[0], small[1])],
  'stitch, 2 of 640 x 480': [() => stitch(small), () => worker.stitch(small)],
  idle: [() => pause(), () => pause()],
};

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 200));

/** Milliseconds that the work took, and the longest time between two turns of the event loop. */
async function watch(work: () => Promise<unknown>): Promise<{ time: number; block: number }> {
  const start = performance.now();
  let [last, block] = [start, 0];
  const look = (): void => {
    const now = performance.now();
    block = Math.max(block, now - last);
    last = now;
  };
  const timer = setInterval(look, 1);
  await work();
  const time = performance.now() - start;
  look();
  clearInterval(timer);
  return { time, block };
}

const rows: string[][] = [];
for (const [name, ways] of Object.entries(VERBS)) {
  const found = ways.map(() => ({ times: [] as number[], blocks: [] as number[] }));
  for (const way of ways) await way();
  for (let round = 0; round < ROUNDS; round++)
    for (let turn = 0; turn < ways.length; turn++) {
      const i = (turn + round) % ways.length;
      const { time, block } = await watch(ways[i]);
      found[i].times.push(time);
      found[i].blocks.push(block);
    }
  const [plain, beside] = found.map(({ times, blocks }) => ({
    time: summarize(times),
    block: summarize(blocks),
  }));
  const ms = (value: number): string => value.toFixed(1);
  rows.push([
    name,
    ...[plain.time.median, beside.time.median].map(ms),
    (beside.time.median / plain.time.median).toFixed(2),
    ...[plain.block.median, beside.block.median, beside.block.p90].map(ms),
  ]);
}
printTable(['verb', 'here, ms', 'worker, ms', 'ratio', 'block here', 'block worker', 'its p90'], rows);
await here.dispose();
await worker.close();
