/**
 * Times and scores the variational refinement beside OpenCV's, from the same flow: `npx tsx bench/flow/refine.ts
 * [times|scores|all] [REPEATS]`. The starts are DIS without its own refinement, and the networks that are installed. The pairs
 * lie where `bench/data.md` says.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareRefinement } from '../../kernels/index.ts';
import type { RefineInput } from '../../kernels/index.ts';
import { estimateFlow, listModels, loadFlowModel, readFlow, writeFlow } from '../../src/index.ts';
import { refineFlow } from '../../src/api/flow.ts';
import { scoreFlow } from '../../src/api/evaluate.ts';
import type { FlowField, Image, RefineOptions } from '../../src/index.ts';
import { createRefiner } from '../../src/flow/estimate/refine.ts';
import { prepareFrame } from '../../src/flow/estimate/estimate-frame.ts';
import { megapixels, readFlowPairs } from '../data/flow-pairs.ts';
import type { FlowPair } from '../data/flow-pairs.ts';
import { startPython } from '../shared/python.ts';
import type { Python } from '../shared/python.ts';
import {
  describeMachine,
  printTable,
  round,
  saveResults,
  summarize,
  watchOthers,
} from '../shared/measure.ts';

const RIVALS = fileURLToPath(new URL('refine_rivals.py', import.meta.url));
const [PART, REPEATS, WARM_UP] = [process.argv[2] ?? 'all', Number(process.argv[3] ?? 20), 3];

/** OpenCV's own effort: B carried back once, five times five sweeps, no smoothing, one level. */
const LIKE_OPENCV = { warps: 1, iterations: 5, sweeps: 5, sigma: 0 };

interface Hello {
  readonly starts: readonly string[];
  readonly opencv: string;
}

/** The flow of every pair by every method that there is to start from. */
async function collectStarts({ ask }: Python, hello: Hello, pairs: readonly FlowPair[], scratch: string) {
  const starts = new Map<string, FlowField[]>();
  const path = join(scratch, 'start.flo');
  for (const start of hello.starts) {
    const flows: FlowField[] = [];
    for (const [pair] of pairs.entries()) {
      await ask({ kind: 'start', start, pair, path });
      flows.push(await readFlow(path));
    }
    starts.set(start, flows);
  }
  for (const { manifest } of await listModels()) {
    if (manifest.task !== 'flow') continue;
    const model = await loadFlowModel(manifest.name);
    const flows: FlowField[] = [];
    for (const { imageA, imageB } of pairs)
      flows.push((await estimateFlow(model, imageA, imageB, { refine: false })).flow);
    starts.set(manifest.name, flows);
    await model.dispose();
  }
  return starts;
}

/** Mean end-point error over the pairs of each set. */
async function scoreAll(pairs: readonly FlowPair[], flowOf: (pair: number) => Promise<FlowField>) {
  const sets = new Map<string, number[]>();
  for (const [i, { set, truth }] of pairs.entries())
    sets.set(set, [...(sets.get(set) ?? []), scoreFlow(await flowOf(i), truth).epe!]);
  return Object.fromEntries(
    [...sets].map(([set, errors]) => [set, round(errors.reduce((a, b) => a + b) / errors.length)]),
  );
}

type Timed = (pair: number) => Promise<number>;

/** Our own ways, every size prepared beforehand as in video; each gives its milliseconds. */
async function ownContenders(pairs: readonly FlowPair[], flows: readonly FlowField[]) {
  const clock = async (run: () => unknown): Promise<number> => {
    const before = performance.now();
    await run();
    return performance.now() - before;
  };
  const range = [0, 255] as const;
  const frame = (image: Image) =>
    prepareFrame(image, { layout: 'NCHW', channels: 'RGB', range, multipleOf: 1, fit: 'pad' });
  const single: { kernel: Awaited<ReturnType<typeof prepareRefinement>>; input: RefineInput }[] = [];
  for (const [i, { imageA, imageB }] of pairs.entries()) {
    const [a, b] = [frame(imageA).level(1).planes, frame(imageB).level(1).planes];
    const { width, height } = imageA;
    const kernel = await prepareRefinement({ channels: 3, width, height });
    single.push({ kernel, input: { a, b, flow: flows[i].data } });
  }
  const refiners = pairs.map(() => createRefiner());
  const levels: Timed = (i) =>
    clock(() => refiners[i].refine(flows[i], frame(pairs[i].imageA), frame(pairs[i].imageB), 255));
  return new Map<string, Timed>([
    ['whither, one level as OpenCV', (i) => clock(() => single[i].kernel.run(single[i].input, LIKE_OPENCV))],
    ['whither, one level', (i) => clock(() => single[i].kernel.run(single[i].input))],
    ['whither, levels 4, 2, 1', levels],
  ]);
}

/** All contenders in turns, each over all pairs; milliseconds for each megapixel. */
async function timeAll(contenders: ReadonlyMap<string, Timed>, pairs: readonly FlowPair[]) {
  const times = new Map([...contenders.keys()].map((name) => [name, [] as number[]]));
  for (let round = -WARM_UP; round < REPEATS; round++)
    for (const [name, run] of contenders) {
      let total = 0;
      for (const [i] of pairs.entries()) total += await run(i);
      if (round >= 0) times.get(name)!.push(total / megapixels(pairs));
    }
  return [...times].map(([name, values]) => ({ name, ...summarize(values) }));
}

async function runScores(
  python: Python,
  hello: Hello,
  pairs: readonly FlowPair[],
  scratch: string,
): Promise<void> {
  const scores = [];
  for (const [start, flows] of await collectStarts(python, hello, pairs, scratch)) {
    const refine = (options: RefineOptions) => (i: number) =>
      refineFlow(flows[i], pairs[i].imageA, pairs[i].imageB, options);
    const [from, to] = [join(scratch, 'from.flo'), join(scratch, 'to.flo')];
    const opencv = async (i: number) => {
      await writeFlow(from, flows[i], { overwrite: true });
      await python.ask({ kind: 'refine', pair: i, threads: 1, from, to });
      return readFlow(to);
    };
    const ways = {
      'not refined': (i: number) => Promise.resolve(flows[i]),
      OpenCV: opencv,
      'whither, one level as OpenCV': refine({ levels: [1], ...LIKE_OPENCV }),
      'whither, one level': refine({ levels: [1] }),
      'whither, levels 4, 2, 1': refine({}),
    };
    for (const [name, way] of Object.entries(ways))
      scores.push({ start, name, epe: await scoreAll(pairs, way) });
  }
  const sets = Object.keys(scores[0].epe);
  printTable(
    ['start', '', ...sets.map((set) => `${set} EPE`)],
    scores.map(({ start, name, epe }) => [start, name, ...sets.map((set) => epe[set].toFixed(3))]),
  );
  const file = saveResults('refine-scores', { machine: machine(hello), scores });
  console.log(`\nMean over the pairs of each set: ${file}`);
}

/** One pair of each set, from DIS fast. */
async function runTimes(
  { ask }: Python,
  hello: Hello,
  pairs: readonly FlowPair[],
  scratch: string,
): Promise<void> {
  const chosen = pairs.filter(({ set }, i) => pairs.findIndex((pair) => pair.set === set) === i);
  const path = join(scratch, 'start.flo');
  const flows: FlowField[] = [];
  for (const pair of chosen) {
    await ask({ kind: 'start', start: 'DIS fast', pair: pairs.indexOf(pair), path });
    flows.push(await readFlow(path));
  }
  const rival =
    (threads: number): Timed =>
    async (i) => {
      const pair = pairs.indexOf(chosen[i]);
      return (await ask<{ milliseconds: number }>({ kind: 'refine', pair, threads })).milliseconds;
    };
  const contenders = await ownContenders(chosen, flows);
  contenders.set('OpenCV, 1 thread', rival(1)).set('OpenCV, 2 threads', rival(2));
  const othersBusy = watchOthers();
  const times = await timeAll(contenders, chosen);
  const rivalTime = times.find(({ name }) => name === 'OpenCV, 1 thread')!.median;
  printTable(
    ['', 'ms/Mpx', 'p10-p90', 'x OpenCV, 1 thread'],
    times.map(({ name, median, p10, p90 }) => [
      name,
      median,
      `${p10}-${p90}`,
      (median / rivalTime).toFixed(2),
    ]),
  );
  // The rival's own share is in the figure othersBusy: it runs in another process.
  const result = { machine: machine(hello), othersBusy: othersBusy(), repeats: REPEATS, times };
  console.log(`\n${REPEATS} rounds over one pair of each set: ${saveResults('refine-times', result)}`);
}

const machine = ({ opencv }: Hello) => ({ ...describeMachine(), opencv });

async function run(pairs: readonly FlowPair[], scratch: string): Promise<void> {
  const python = startPython(RIVALS);
  const hello = await python.ask<Hello>({ kind: 'hello', pairs: pairs.map(({ a, b }) => [a, b]) });
  if (PART !== 'scores') await runTimes(python, hello, pairs, scratch);
  if (PART !== 'times') await runScores(python, hello, pairs, scratch);
  python.close();
}

const pairs = await readFlowPairs();
if (pairs.length) {
  const scratch = mkdtempSync(join(tmpdir(), 'whither-bench-'));
  try {
    await run(pairs, scratch);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
