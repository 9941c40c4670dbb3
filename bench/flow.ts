/**
 * Scores the installed flow models on real pairs with known flow and times them beside OpenCV's methods, all in one
 * run: `npm run bench:flow [-- REPEATS]`. The pairs are research data that lies beside the repository, not in it.
 */

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { estimateFlow, listModels, loadFlowModel, scoreFlow, writeFlow } from '../src/index.ts';
import type { FlowManifest, FlowModel } from '../src/index.ts';
import { megapixels, readPairs, startPython } from './pairs.ts';
import type { Pair, PairFiles, Python } from './pairs.ts';
import { describeMachine, printTable, round, saveResults, summarize, watchOthers } from './measure.ts';

const MEASURE = fileURLToPath(new URL('../../shared/measure', import.meta.url));
const RIVALS = fileURLToPath(new URL('flow_rivals.py', import.meta.url));
const [REPEATS, WARM_UP] = [Number(process.argv[2] ?? 20), 2];

/** Milliseconds on the clock and of all cores together. */
interface Time {
  readonly milliseconds: number;
  readonly cpu: number;
}

interface Score {
  readonly epe: number;
  readonly fl: number;
  readonly px1: number;
}

/** A way to get from a pair to its flow. */
interface Contender {
  readonly name: string;
  time(pair: number): Promise<Time>;
  score(pair: number): Promise<Score>;
}

/** What the Python side says of itself. */
interface Hello {
  readonly pairs: readonly PairFiles[];
  readonly rivals: readonly string[];
  readonly opencv: string;
  readonly threads: number;
}

function modelContender(
  name: string,
  { model, refine }: Variant,
  pairs: readonly Pair[],
  python: Python,
  scratch: string,
): Contender {
  const estimate = (pair: number) => estimateFlow(model, pairs[pair].imageA, pairs[pair].imageB, { refine });
  return {
    name,
    async time(pair) {
      const before = process.cpuUsage();
      const { milliseconds } = await estimate(pair);
      const { user, system } = process.cpuUsage(before);
      return { milliseconds, cpu: (user + system) / 1000 };
    },
    async score(pair) {
      const { flow } = await estimate(pair);
      const { epe, fl, px1 } = scoreFlow(flow, pairs[pair].truth);
      const path = join(scratch, 'flow.flo');
      await writeFlow(path, flow, { overwrite: true });
      const theirs = await python.ask<Score>({ kind: 'score', pair, path });
      checkAgreement({ epe: epe!, fl: fl!, px1: px1! }, theirs, name);
      return theirs;
    },
  };
}

/** Two programs by two authors score one file: they may differ by rounding alone. */
function checkAgreement(ours: Score, theirs: Score, name: string): void {
  for (const key of ['epe', 'fl', 'px1'] as const)
    if (!(Math.abs(ours[key] - theirs[key]) <= 1e-3))
      throw new Error(
        `scoreFlow says ${key} ${ours[key]} of ${name} where the reference says ${theirs[key]}`,
      );
}

function rivalContender(rival: string, python: Python): Contender {
  const run = (pair: number) => python.ask<Time & Score>({ kind: 'rival', rival, pair });
  return { name: rival, time: run, score: run };
}

/** A model and whether its flow is refined, as its manifest says where undefined. */
interface Variant {
  readonly model: FlowModel;
  readonly refine?: boolean;
}

/** Every model as it comes, as the network alone, and in one graph where it is cut otherwise. */
async function loadModels(): Promise<[string, Variant][]> {
  const manifests = (await listModels()).map(({ manifest }) => manifest);
  const flow = manifests.filter((manifest): manifest is FlowManifest => manifest.task === 'flow');
  const loaded: [string, Variant][] = [];
  for (const { name, correlation, refine } of flow) {
    const model = await loadFlowModel(name);
    loaded.push([name, { model }]);
    if (refine) loaded.push([`${name}, network alone`, { model, refine: false }]);
    const graph = model.graph === 'split' ? 'fused' : 'split';
    if (correlation)
      loaded.push([
        `${name}, network alone, ${graph}`,
        { model: await loadFlowModel(name, { graph }), refine: false },
      ]);
  }
  return loaded;
}

/**
 * Pair after pair, each in rounds of all contenders in turns, so that what disturbs one disturbs all. The figure of a
 * round is its time over all pairs.
 */
async function timeAll(contenders: readonly Contender[], pairs: readonly Pair[]) {
  const rounds = contenders.map(() => Array.from({ length: REPEATS }, () => ({ milliseconds: 0, cpu: 0 })));
  for (let pair = 0; pair < pairs.length; pair++)
    for (let round = -WARM_UP; round < REPEATS; round++)
      for (let turn = 0; turn < contenders.length; turn++) {
        const which = (turn + round + WARM_UP) % contenders.length;
        const time = await contenders[which].time(pair);
        if (round < 0) continue;
        rounds[which][round].milliseconds += time.milliseconds;
        rounds[which][round].cpu += time.cpu;
      }
  const size = megapixels(pairs);
  return rounds.map((times) => ({
    millisecondsPerMegapixel: summarize(times.map(({ milliseconds }) => milliseconds / size)),
    cpuMillisecondsPerMegapixel: summarize(times.map(({ cpu }) => cpu / size)),
  }));
}

/** Means over the pairs of each set. */
async function scoreAll(contender: Contender, pairs: readonly Pair[]): Promise<Record<string, Score>> {
  const sets = new Map<string, Score[]>();
  for (const [i, { set }] of pairs.entries())
    sets.set(set, [...(sets.get(set) ?? []), await contender.score(i)]);
  const mean = (scores: Score[], key: keyof Score): number =>
    round(scores.reduce((sum, score) => sum + score[key], 0) / scores.length);
  return Object.fromEntries(
    [...sets].map(([set, scores]) => [
      set,
      { epe: mean(scores, 'epe'), fl: mean(scores, 'fl'), px1: mean(scores, 'px1') },
    ]),
  );
}

type Row = { name: string; scores: Record<string, Score> } & Awaited<ReturnType<typeof timeAll>>[number];

function print(rows: readonly Row[], sets: readonly string[]): void {
  const reference = rows.find(({ name }) => name === 'DIS medium')!;
  const cpuOf = ({ cpuMillisecondsPerMegapixel }: Row): number => cpuMillisecondsPerMegapixel.median;
  const head = [
    '',
    ...sets.map((set) => `${set} EPE / Fl`),
    'ms/Mpx',
    'p10-p90',
    'CPU ms/Mpx',
    'x DIS medium',
  ];
  printTable(
    head,
    rows.map((row) => {
      const { median, p10, p90 } = row.millisecondsPerMegapixel;
      const times = [median, `${p10}-${p90}`, cpuOf(row), (cpuOf(row) / cpuOf(reference)).toFixed(1)];
      const scores = sets.map(
        (set) => `${row.scores[set].epe.toFixed(2)} / ${row.scores[set].fl.toFixed(1)}`,
      );
      return [row.name, ...scores, ...times];
    }),
  );
}

async function run(scratch: string): Promise<void> {
  const python = startPython(RIVALS, MEASURE);
  const hello = await python.ask<Hello>({ kind: 'hello' });
  const pairs = await readPairs(python, hello.pairs, scratch);
  const models = await loadModels();
  const contenders = [
    ...models.map(([name, variant]) => modelContender(name, variant, pairs, python, scratch)),
    ...hello.rivals.map((rival) => rivalContender(rival, python)),
  ];
  const scores: Record<string, Score>[] = [];
  for (const contender of contenders) scores.push(await scoreAll(contender, pairs));
  const othersBusy = watchOthers();
  const times = await timeAll(contenders, pairs);
  const rows = contenders.map(({ name }, i) => ({ name, scores: scores[i], ...times[i] }));
  const sets = [...new Set(pairs.map(({ set }) => set))];
  print(rows, sets);
  const machine = {
    ...describeMachine(['onnxruntime-node']),
    opencv: hello.opencv,
    opencvThreads: hello.threads,
  };
  // The rivals' own share is in this figure: they run in another process.
  const file = saveResults('flow', { machine, othersBusy: othersBusy(), repeats: REPEATS, sets, rows });
  console.log(
    `\nMean over the pairs of each set; time over all ${pairs.length} pairs, ${REPEATS} rounds: ${file}`,
  );
  for (const [, { model }] of models) await model.dispose();
  python.close();
}

if (existsSync(MEASURE)) {
  const scratch = mkdtempSync(join(tmpdir(), 'whither-bench-'));
  try {
    await run(scratch);
  } finally {
    rmSync(scratch, { recursive: true });
  }
} else console.log(`Nothing measured: the pairs with known flow are not on this machine (${MEASURE})`);
