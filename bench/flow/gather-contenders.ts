/** Who takes part in the flow bench: our models and RAFT-small in this process, the others in Python's. */

import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { ModelError, estimateFlow, loadFlowModel, readFlow } from '../../src/index.ts';
import { scoreFlow } from '../../src/api/evaluate.ts';
import type { FlowField, FlowModel, Image } from '../../src/index.ts';
import { hasData } from '../data/folder.ts';
import type { FlowPair } from '../data/flow-pairs.ts';
import { describeMachine } from '../shared/measure.ts';
import type { Python } from '../shared/python.ts';
import { CONTENDERS } from './flow-contenders.ts';
import type { FlowContender } from './flow-contenders.ts';
import { hashCode } from './flow-results.ts';
import type { Score } from './flow-results.ts';
import { RAFT_WEIGHTS, loadRaftSmall } from './raft-small.ts';

/** Of every contender alike, where the machine has as many. */
export const THREADS = Math.min(2, availableParallelism());
/** The library's own choice, which may be fewer, where it cannot be more. */
const OURS = availableParallelism() > THREADS ? { threads: THREADS } : {};
/** RAFT-small in ONNX Runtime, and in `flow_rivals.py`. */
export const RAFT = 'RAFT-small';
export const RAFT_IN_PYTORCH = 'RAFT-small in PyTorch';

/** One answer: what it took, in milliseconds by the clock and of all cores, and how good it was. */
export interface Answer {
  readonly milliseconds: number;
  readonly cpu: number;
  readonly score: Score;
}

/** A way to get from a pair to its flow. */
export interface Contender {
  readonly name: string;
  readonly ours: boolean;
  readonly key: string;
  run(pair: number): Promise<Answer>;
  /** Milliseconds of all cores that its runs have taken in another process. */
  spent(): number;
  dispose(): Promise<void>;
}

/** What the Python side says of itself. */
export interface Hello {
  /** Methods that are here, each with its version. */
  readonly rivals: Readonly<Record<string, string>>;
  /** Methods that are not, each with the package that has it. */
  readonly missing: Readonly<Record<string, string>>;
  readonly opencv: string;
  readonly threads: number;
}

/** All that a run works with. */
export interface Bench {
  readonly python: Python;
  readonly hello: Hello;
  readonly pairs: readonly FlowPair[];
  readonly scratch: string;
}

function modelContender(
  { label, options, ...contender }: FlowContender,
  model: FlowModel,
  bench: Bench,
): Contender {
  return {
    name: label,
    ours: true,
    key: hashCode(contender.model, { options, load: contender.load }),
    run: (pair) => runHere(bench.pairs[pair], (a, b) => estimateFlow(model, a, b, options)),
    spent: () => 0,
    dispose: () => model.dispose(),
  };
}

type Estimate = (imageA: Image, imageB: Image) => Promise<{ flow: FlowField }>;

/** Runs and times a method of this process. */
async function runHere({ imageA, imageB, truth }: FlowPair, estimate: Estimate): Promise<Answer> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  const { flow } = await estimate(imageA, imageB);
  const [milliseconds, { user, system }] = [performance.now() - start, process.cpuUsage(before)];
  return { milliseconds, cpu: (user + system) / 1000, score: scoreOf(flow, truth) };
}

async function raftContender({ pairs, hello }: Bench): Promise<Contender> {
  const { threads } = hello;
  const raft = await loadRaftSmall(threads);
  const version = describeMachine(['onnxruntime-node'])['onnxruntime-node'];
  return {
    name: RAFT,
    ours: false,
    key: `${raft.key}, ONNX Runtime ${version}, ${threads} threads`,
    run: (pair) => runHere(pairs[pair], async (a, b) => ({ flow: await raft.estimate(a, b) })),
    spent: () => 0,
    dispose: () => raft.dispose(),
  };
}

function scoreOf(flow: FlowField, truth: FlowField): Score {
  const { epe, fl, px1 } = scoreFlow(flow, truth);
  return { epe: epe!, fl: fl!, px1: px1! };
}

function rivalContender(rival: string, { python, hello, pairs, scratch }: Bench): Contender {
  let total = 0;
  const path = join(scratch, 'rival.flo');
  const run = async (pair: number): Promise<Answer> => {
    const times = await python.ask<Omit<Answer, 'score'>>({ kind: 'rival', rival, pair, path });
    total += times.cpu;
    return { ...times, score: scoreOf(await readFlow(path), pairs[pair].truth) };
  };
  const key = `${hello.rivals[rival]}, ${hello.threads} threads`;
  const dispose = (): Promise<void> => Promise.resolve();
  return { name: rival, ours: false, key, run, spent: () => total, dispose };
}

/** Whether a label is the folder of a model instead. */
const isFolder = (label: string): boolean => existsSync(join(label, 'model.json'));

/** Those asked for, or all but the extra ones; what is not here is told and left out. */
export async function gatherContenders(bench: Bench, only?: readonly string[]): Promise<Contender[]> {
  const { rivals, missing } = bench.hello;
  const names = [...CONTENDERS.map(({ label }) => label), RAFT, RAFT_IN_PYTORCH];
  const known = [...new Set([...names, ...Object.keys(rivals), ...Object.keys(missing)])];
  for (const label of only ?? [])
    if (!known.includes(label) && !isFolder(label))
      throw new Error(`Expected a model's folder or one of ${known.join(', ')} but received ${label}`);
  const wanted = (label: string, extra = false): boolean => only?.includes(label) ?? !extra;
  const gathered: Contender[] = [];
  const own = (only ?? []).filter(isFolder).map((folder) => ({ label: folder, model: resolve(folder) }));
  const ours = CONTENDERS.filter(({ label, extra }) => wanted(label, extra));
  for (const contender of [...ours, ...own]) {
    const model = await load(contender);
    if (model) gathered.push(modelContender(contender, model, bench));
  }
  if ((wanted(RAFT) || wanted(RAFT_IN_PYTORCH)) && hasData(RAFT_WEIGHTS, 'RAFT-small') && wanted(RAFT))
    gathered.push(await raftContender(bench));
  for (const [name, home] of Object.entries(missing).filter(([label]) => wanted(label)))
    console.log(`Left out: ${name}, which needs ${home} (see bench/README.md)`);
  for (const rival of Object.keys(rivals).filter((label) => wanted(label)))
    gathered.push(rivalContender(rival, bench));
  return gathered;
}

async function load({ label, model, load: options }: FlowContender): Promise<FlowModel | undefined> {
  try {
    return await loadFlowModel(model, { ...OURS, ...options });
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    console.log(`Left out: ${label}: ${error.message}`);
    return undefined;
  }
}
