/**
 * Patches a second by model and batch beside the same networks in PyTorch, and descriptors a second of a whole image
 * beside SIFT in OpenCV: `npm run bench:patches [-- ROUNDS MODEL...]`. Contenders take turns within one run, PyTorch and OpenCV
 * in a process of their own that waits while we work, and the other way round.
 */

import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describeDense, describePatches, similarities } from '../../src/api/features.ts';
import { listModels, loadPatchModel } from '../../src/index.ts';
import type { PatchModel } from '../../src/index.ts';
import {
  describeMachine,
  printTable,
  saveResults,
  seededValues,
  summarize,
  watchOthers,
} from '../shared/measure.ts';
import { startPython } from '../shared/python.ts';
import type { Python } from '../shared/python.ts';

const [ROUNDS, WARM_UP] = [Number(process.argv[2] ?? 20), 2];
/** Of both sides; with one, the time of the core is hardly touched by what else the machine does. */
const THREADS = Number(process.env.THREADS ?? availableParallelism());
/** Of descriptor networks, and of those that compare pairs, which take ten times as long. */
const BATCHES = { describer: [1, 32, 256], scorer: [1, 32, 64] };
const IMAGE = { width: 640, height: 480 };

/** On the clock, and of all cores together. */
interface Time {
  readonly milliseconds: number;
  readonly cpu: number;
}

/** A way to do some amount of work. */
interface Contender {
  readonly name: string;
  /** Patches, pairs or descriptors of one run. */
  readonly amount: number;
  readonly unit: string;
  /** Of one run. */
  time(): Promise<Time>;
}

async function timed(run: () => Promise<ArrayLike<number>>): Promise<Time> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  const result = await run();
  if (Number.isNaN(result[0])) throw new Error('A contender gave no number');
  const { user, system } = process.cpuUsage(before);
  return { milliseconds: performance.now() - start, cpu: (user + system) / 1000 };
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
    ? async () => (await describePatches(model, a)).data
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
    time: () => python.ask<Time>({ kind: 'network', name, batch }),
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
      time: () => python.ask<Time>({ kind: 'dense', name, width, height }),
    },
    {
      name: 'SIFT in OpenCV, the same grid',
      amount,
      unit,
      time: () => python.ask<Time>({ kind: 'sift', width, height, stride: map.stride }),
    },
  ];
}

/** All contenders of one model; those of one group are compared, and take turns. */
async function contendersOf(
  name: string,
  python: Python,
): Promise<{ group: Contender[]; close: () => Promise<void> }> {
  const model = await loadPatchModel(name, { threads: THREADS });
  const open = [model];
  const batches = BATCHES[model.describes ? 'describer' : 'scorer'];
  const most = batches.at(-1)!;
  const group = batches.map((batch) => ourBatch(model, name, batch));
  const manifest = model.manifest;
  for (const precision of ['fp16', 'int8'] as const)
    if (manifest?.files[`patch-${precision}`]) {
      const other = await loadPatchModel(name, { precision, threads: THREADS });
      open.push(other);
      group.push(ourBatch(other, `${name} ${precision}`, most));
    }
  if (manifest) group.push(torchBatch(name, most, group[0].unit, python));
  if (manifest?.task === 'patch' && manifest.dense)
    group.push(...(await denseContenders(model, name, python)));
  return { group, close: async () => void (await Promise.all(open.map((one) => one.dispose()))) };
}

/** Each round in another order. */
async function timeInTurns(group: readonly Contender[]) {
  const times: Time[][] = group.map(() => []);
  for (let round = -WARM_UP; round < ROUNDS; round++)
    for (let turn = 0; turn < group.length; turn++) {
      const which = (turn + round + WARM_UP) % group.length;
      const time = await group[which].time();
      if (round >= 0) times[which].push(time);
    }
  return group.map(({ name, amount, unit }, i) => {
    const clock = summarize(times[i].map(({ milliseconds }) => milliseconds));
    const cpu = summarize(times[i].map((time) => time.cpu));
    const rate = ({ median }: { readonly median: number }): number => Math.round((1000 * amount) / median);
    return {
      name,
      unit,
      perSecond: rate(clock),
      perCoreSecond: rate(cpu),
      milliseconds: clock,
      cpuMilliseconds: cpu,
    };
  });
}

/** One result file a model. */
async function benchModel(name: string, python: Python, versions: Record<string, string>): Promise<void> {
  const others = watchOthers();
  const { group, close } = await contendersOf(name, python);
  const results = await timeInTurns(group);
  await close();
  const busyWithOthers = others();
  printTable(
    ['contender', 'unit', 'a second', 'a core second', 'ms', 'p10', 'p90'],
    results.map(({ name: contender, unit, perSecond, perCoreSecond, milliseconds: { median, p10, p90 } }) => [
      contender,
      unit,
      perSecond,
      perCoreSecond,
      median,
      p10,
      p90,
    ]),
  );
  const machine = { ...describeMachine(['onnxruntime-node']), ...versions, threads: THREADS, busyWithOthers };
  const path = saveResults(`patches-${name}`, { machine, image: IMAGE, results });
  console.log(`busy with others: ${busyWithOthers}; written to ${path}\n`);
}

async function chooseNames(): Promise<string[]> {
  if (process.argv.length > 3) return process.argv.slice(3);
  const installed = (await listModels()).map(({ manifest }) => manifest);
  const networks = installed.filter(({ task }) => task === 'patch' || task === 'pair');
  return ['rootsift', 'ncc', ...networks.map(({ name }) => name)];
}

async function main(): Promise<void> {
  const python = startPython(fileURLToPath(new URL('patches_torch.py', import.meta.url)), String(THREADS));
  const versions = await python.ask<Record<string, string>>({ kind: 'hello' });
  for (const name of await chooseNames()) await benchModel(name, python, versions);
  python.close();
}

await main();
