/**
 * Patches a second by model and batch beside the same networks in PyTorch, and descriptors a second of a whole image
 * beside SIFT in OpenCV: `npm run bench:patches [-- ROUNDS]`. Contenders take turns within one run, PyTorch and OpenCV
 * in a process of their own that waits while we work, and the other way round.
 */

import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, describeDense, listModels, loadPatchModel, similarities } from '../src/index.ts';
import type { PatchModel } from '../src/index.ts';
import { describeMachine, printTable, saveResults, seededValues, summarize, watchOthers } from './measure.ts';
import { startPython } from './pairs.ts';
import type { Python } from './pairs.ts';

const [ROUNDS, WARM_UP] = [Number(process.argv[2] ?? 20), 2];
const THREADS = availableParallelism();
const BATCHES = [1, 32, 256];
const IMAGE = { width: 640, height: 480 };

/** A way to do some amount of work. */
interface Contender {
  readonly name: string;
  /** Patches, pairs or descriptors of one run. */
  readonly amount: number;
  readonly unit: string;
  /** Milliseconds of one run. */
  time(): Promise<number>;
}

async function timed(run: () => Promise<ArrayLike<number>>): Promise<number> {
  const start = performance.now();
  const result = await run();
  if (Number.isNaN(result[0])) throw new Error('A contender gave no number');
  return performance.now() - start;
}

/** Packed patches of noise. */
function drawPatches(count: number, size: number, seed: number) {
  const data = seededValues(count * size * size, seed).map((value) => 127.5 + 127.5 * value);
  return { count, size, data };
}

/** The library at one batch. */
function ourBatch(model: PatchModel, label: string, batch: number): Contender {
  const [a, b] = [1, 2].map((seed) => drawPatches(batch, model.patchSize, seed));
  const run = model.describes
    ? async () => (await describe(model, a)).data
    : async () => (await similarities(model, a, b)).scores;
  return {
    name: `${label}, batch ${batch}`,
    amount: batch,
    unit: model.describes ? 'patches' : 'pairs',
    time: () => timed(run),
  };
}

function torchBatch(name: string, batch: number, unit: string, python: Python): Contender {
  return {
    name: `${name}, PyTorch, batch ${batch}`,
    amount: batch,
    unit,
    time: () => python.ask<number>({ kind: 'network', name, batch }),
  };
}

/** Descriptors of a whole image. */
async function denseContenders(model: PatchModel, name: string, python: Python): Promise<Contender[]> {
  const { width, height } = IMAGE;
  const data = Uint8Array.from(seededValues(width * height, 3), (value) => 127.5 + 127.5 * value);
  const image = { width, height, data };
  const map = await describeDense(model, image);
  const amount = map.width * map.height;
  const unit = 'descriptors';
  return [
    {
      name: `${name}, dense ${width} x ${height}`,
      amount,
      unit,
      time: () => timed(async () => (await describeDense(model, image)).data),
    },
    {
      name: `${name}, PyTorch, dense`,
      amount,
      unit,
      time: () => python.ask<number>({ kind: 'dense', name, width, height }),
    },
    {
      name: 'SIFT in OpenCV, the same grid',
      amount,
      unit,
      time: () => python.ask<number>({ kind: 'sift', width, height, stride: map.stride }),
    },
  ];
}

/** All contenders of one model; those of one group are compared, and take turns. */
async function contendersOf(
  name: string,
  python: Python,
): Promise<{ group: Contender[]; close: () => Promise<void> }> {
  const model = await loadPatchModel(name);
  const open = [model];
  const group = BATCHES.map((batch) => ourBatch(model, name, batch));
  const manifest = model.manifest;
  for (const precision of ['fp16', 'int8'] as const)
    if (manifest?.files[`patch-${precision}`]) {
      const other = await loadPatchModel(name, { precision });
      open.push(other);
      group.push(ourBatch(other, `${name} ${precision}`, 256));
    }
  if (manifest) group.push(torchBatch(name, 256, group[0].unit, python));
  if (manifest?.task === 'patch' && manifest.dense)
    group.push(...(await denseContenders(model, name, python)));
  return { group, close: async () => void (await Promise.all(open.map((one) => one.dispose()))) };
}

/** Each round in another order. */
async function timeInTurns(group: readonly Contender[]) {
  const times: number[][] = group.map(() => []);
  for (let round = -WARM_UP; round < ROUNDS; round++)
    for (let turn = 0; turn < group.length; turn++) {
      const which = (turn + round + WARM_UP) % group.length;
      const time = await group[which].time();
      if (round >= 0) times[which].push(time);
    }
  return group.map(({ name, amount, unit }, i) => {
    const { median, p10, p90, repeats } = summarize(times[i]);
    return {
      name,
      unit,
      perSecond: Math.round((1000 * amount) / median),
      milliseconds: { median, p10, p90 },
      repeats,
    };
  });
}

async function main(): Promise<void> {
  const installed = (await listModels()).map(({ manifest }) => manifest);
  const networks = installed
    .filter(({ task }) => task === 'patch' || task === 'pair')
    .map(({ name }) => name);
  const python = startPython(fileURLToPath(new URL('patches_torch.py', import.meta.url)), String(THREADS));
  const versions = await python.ask<Record<string, string>>({ kind: 'hello' });
  const others = watchOthers();
  const results: Record<string, Awaited<ReturnType<typeof timeInTurns>>> = {};
  for (const name of ['rootsift', 'ncc', ...networks]) {
    const { group, close } = await contendersOf(name, python);
    results[name] = await timeInTurns(group);
    await close();
  }
  python.close();
  const rows = Object.values(results)
    .flat()
    .map(({ name, unit, perSecond, milliseconds: { median, p10, p90 } }) => [
      name,
      unit,
      perSecond,
      median,
      p10,
      p90,
    ]);
  printTable(['contender', 'unit', 'a second', 'ms', 'p10', 'p90'], rows);
  const busyWithOthers = others();
  console.log(`busy with others: ${busyWithOthers}`);
  const machine = { ...describeMachine(['onnxruntime-node']), ...versions, threads: THREADS, busyWithOthers };
  console.log(`Written to ${saveResults('patches', { machine, image: IMAGE, results })}`);
}

await main();
