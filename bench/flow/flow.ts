/**
 * Scores our flow models on real pairs with known flow and times them beside OpenCV's methods, all in one process in
 * turns: `npm run bench:flow -- [ROUNDS] [--seconds N] [--only LABEL,LABEL] [--fresh]`. Short runs add their rounds to
 * those of `results/flow.json`. `--scores` scores alone, for a machine that is busy. The pairs lie where `bench/data.md`
 * says.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { TOGETHER, findBetter, findFronts, idOf, readStored, summarizeMethod } from './flow-results.ts';
import type { FlowRow, MethodRecord, PairSize } from './flow-results.ts';
import { RAFT, RAFT_IN_PYTORCH, THREADS, gatherContenders } from './gather-contenders.ts';
import type { Bench, Contender, Hello } from './gather-contenders.ts';
import { findData } from '../data/folder.ts';
import { readFlowPairs } from '../data/flow-pairs.ts';
import type { FlowPair } from '../data/flow-pairs.ts';
import { startPython } from '../shared/python.ts';
import { describeMachine, printTable, round, saveResults, watchOthers } from '../shared/measure.ts';
import { RAFT_WEIGHTS } from './raft-small.ts';
import { drawScatter } from './scatter.ts';
import { scoreAll } from './score-all.ts';

const RIVALS = fileURLToPath(new URL('flow_rivals.py', import.meta.url));
/** Rounds that are enough for methods that take seconds; their times spread less than those of the fast ones. */
const SLOW_ROUNDS = 3;
/** Slow ones that are compiled, so that a warm-up gains nothing. */
const COMPILED = ['DeepFlow', 'TV-L1'];
const SLOW = [...COMPILED, RAFT, RAFT_IN_PYTORCH];
/** Timed rounds in a row on one pair, after one that warms up: the order of a video, where sizes stay. */
const ROW = 4;

/** The records to add to: those of the same code and versions. */
function openRecord({ name, ours, key }: Contender, earlier: readonly MethodRecord[]): MethodRecord {
  const found = earlier.find((record) => record.name === name);
  if (found?.key === key) return found;
  if (found) console.log(`${name} has changed: its earlier rounds no longer count`);
  return { name, ours, key, pairs: {} };
}

const roundsOf = (record: MethodRecord, pair: FlowPair): number =>
  record.pairs[idOf(pair)]?.milliseconds.length ?? 0;

/** A contender with its record and the rounds that it lacks on a pair. */
interface Entry {
  readonly contender: Contender;
  readonly record: MethodRecord;
  readonly goal: number;
}

const lacks = ({ record, goal }: Entry, pair: FlowPair): boolean => roundsOf(record, pair) < goal;

/**
 * A few rounds on one pair: all contenders in turns, each round in another order, so that what disturbs one disturbs
 * all.
 */
async function runHeat(
  entries: readonly Entry[],
  pairs: readonly FlowPair[],
  pair: number,
  late: () => boolean,
) {
  for (const { contender, record } of entries) {
    if (COMPILED.includes(contender.name)) continue;
    const { score } = await contender.run(pair);
    record.pairs[idOf(pairs[pair])] ??= { score, milliseconds: [], cpu: [] };
  }
  for (let turn = 0; turn < ROW && !late(); turn++) {
    const left = entries.filter((entry) => lacks(entry, pairs[pair]));
    const first = left.length ? Math.max(...left.map(({ record }) => roundsOf(record, pairs[pair]))) : 0;
    for (let i = 0; i < left.length; i++) {
      const { contender, record } = left[(i + first) % left.length];
      const { milliseconds, cpu, score } = await contender.run(pair);
      const kept = (record.pairs[idOf(pairs[pair])] ??= { score, milliseconds: [], cpu: [] });
      kept.milliseconds.push(round(milliseconds));
      kept.cpu.push(round(cpu));
    }
  }
}

/** Heat after heat on the pair that has the fewest rounds, until none lacks any or the time is over. */
async function runHeats(
  entries: readonly Entry[],
  pairs: readonly FlowPair[],
  late: () => boolean,
  save: () => void,
) {
  while (!late()) {
    const lacking = pairs.map((pair) => entries.filter((entry) => lacks(entry, pair)));
    const fewest = (i: number): number =>
      Math.min(...lacking[i].map(({ record }) => roundsOf(record, pairs[i])));
    const open = pairs.map((_, i) => i).filter((i) => lacking[i].length);
    if (!open.length) return;
    const next = open.reduce((best, i) => (fewest(i) < fewest(best) ? i : best));
    await runHeat(lacking[next], pairs, next, late);
    save();
  }
}

/** The share of the cores that neither this process nor, as far as it tells, the rivals' has used since. */
function watchRivals(contenders: readonly Contender[]): () => number | undefined {
  const [others, start] = [watchOthers(), performance.now()];
  return () => {
    const rivals = contenders.reduce((sum, { spent }) => sum + spent(), 0);
    const share = others();
    return (
      share && round(Math.max(0, share - rivals / (performance.now() - start) / availableParallelism()), 2)
    );
  };
}

const LABELS: Record<string, string> = { chairs: 'FlyingChairs', 'sintel-final': 'Sintel final' };

function plot(rows: readonly FlowRow[]): void {
  const panels = TOGETHER.map((set) => ({
    title: LABELS[set],
    points: rows.map(({ name, ours, scores, millisecondsPerMegapixel }) => {
      return { label: name, ours, x: millisecondsPerMegapixel.median, y: scores[set].epe };
    }),
  }));
  const text = {
    x: `milliseconds a megapixel, ${THREADS} cores`,
    y: 'mean end-point error in pixels',
    note: 'Less is better on both axes, which are logarithmic. The line joins what no other method beats in both.',
  };
  writeFileSync(new URL('../results/flow.svg', import.meta.url), drawScatter(panels, text));
}

function print(rows: readonly FlowRow[], sets: readonly string[]): void {
  const reference = rows.find(({ name }) => name === 'DIS medium');
  const times = ({
    millisecondsPerMegapixel: { median, p10, p90 },
    cpuMillisecondsPerMegapixel,
  }: FlowRow) => {
    const ratio = reference && median / reference.millisecondsPerMegapixel.median;
    const cpu = (cpuMillisecondsPerMegapixel.median / 1000).toFixed(3);
    return [median, `${p10}-${p90}`, cpu, ratio?.toFixed(1) ?? ''];
  };
  printTable(
    ['', ...sets.map((set) => `${set} EPE / Fl`), 'ms/Mpx', 'p10-p90', 'CPU s/Mpx', 'x DIS medium', 'rounds'],
    rows.map((row) => [
      row.name,
      ...sets.map((set) => `${row.scores[set].epe.toFixed(2)} / ${row.scores[set].fl.toFixed(1)}`),
      ...times(row),
      row.rounds,
    ]),
  );
  for (const [set, names] of Object.entries(findFronts(rows)))
    console.log(`Front of ${set}: ${names.join(', ')}`);
  for (const [name, better] of Object.entries(findBetter(rows)))
    console.log(
      `Faster and better than ${name} on ${TOGETHER.join(' and ')}: ${better.join(', ') || 'none'}`,
    );
}

/** What of the records is to be read and drawn: complete methods, the fastest first. */
function summarizeAll(methods: readonly MethodRecord[], sizes: readonly PairSize[]): FlowRow[] {
  return methods
    .map((method) => summarizeMethod(method, sizes))
    .filter((row) => row !== undefined)
    .sort((a, b) => a.millisecondsPerMegapixel.median - b.millisecondsPerMegapixel.median);
}

interface Arguments {
  readonly rounds: number;
  readonly seconds: number;
  readonly only?: readonly string[];
  readonly fresh: boolean;
  readonly scores: boolean;
}

function readArguments(): Arguments {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...{ only: { type: 'string' }, seconds: { type: 'string' } },
      ...{ fresh: { type: 'boolean' }, scores: { type: 'boolean' } },
    },
  });
  const { fresh = false, scores = false } = values;
  const [rounds, seconds] = [Number(positionals[0] ?? 20), Number(values.seconds ?? Infinity)];
  if (!(Number.isInteger(rounds) && rounds >= 0) || !(seconds > 0))
    throw new Error(
      'Expected ROUNDS [--seconds N] [--only LABEL,LABEL] [--fresh] [--scores], see bench/README.md',
    );
  return { rounds, seconds, only: values.only?.split(','), fresh, scores };
}

async function run(bench: Bench, { rounds, seconds, only, fresh }: Arguments, start: number): Promise<void> {
  const { pairs, hello } = bench;
  const sizes = pairs.map((pair) => {
    return { id: idOf(pair), set: pair.set, megapixels: (pair.imageA.width * pair.imageA.height) / 1e6 };
  });
  const contenders = await gatherContenders(bench, only);
  const { methods: earlier, runs } = fresh ? { methods: [], runs: [] } : readStored();
  const entries = contenders.map((contender) => {
    const goal = SLOW.includes(contender.name) ? Math.min(rounds, SLOW_ROUNDS) : rounds;
    return { contender, record: openRecord(contender, earlier), goal };
  });
  const others = earlier.filter(({ name }) => !contenders.some((contender) => contender.name === name));
  const methods = [...entries.map(({ record }) => record), ...others];
  const opencv = { opencv: hello.opencv, threads: THREADS };
  const description = describeMachine(['onnxruntime-node']);
  const machine = { ...description, ...opencv };
  const sets = [...new Set(pairs.map(({ set }) => set))];
  const watch = watchRivals(contenders);
  const date = new Date().toISOString();
  const save = (): string => {
    const rows = summarizeAll(methods, sizes);
    const judged = { fronts: findFronts(rows), fasterAndBetter: findBetter(rows) };
    const all = [...runs, { date, commit: description.commit, othersBusy: watch() }];
    return saveResults('flow', { machine, runs: all, sets, rows, ...judged, methods });
  };
  await runHeats(entries, pairs, () => performance.now() - start > seconds * 1000, save);
  const rows = summarizeAll(methods, sizes);
  const file = save();
  if (rows.length) {
    plot(rows);
    print(rows, sets);
  }
  const incomplete = methods.filter(({ name }) => !rows.some((row) => row.name === name));
  if (incomplete.length)
    console.log(`Not yet on every pair: ${incomplete.map(({ name }) => name).join(', ')}`);
  console.log(`Means over the pairs of each set, times over all ${pairs.length} pairs: ${file}`);
  for (const contender of contenders) await contender.dispose();
}

async function main(): Promise<void> {
  const start = performance.now();
  const wanted = readArguments();
  const pairs = await readFlowPairs();
  if (!pairs.length) return;
  const scratch = mkdtempSync(join(tmpdir(), 'whither-bench-'));
  const python = startPython(RIVALS, String(THREADS), findData(RAFT_WEIGHTS) ?? '');
  try {
    const hello = await python.ask<Hello>({ kind: 'hello', pairs: pairs.map(({ a, b }) => [a, b]) });
    const bench = { python, hello, pairs, scratch };
    await (wanted.scores ? scoreAll(bench, wanted.only) : run(bench, wanted, start));
  } finally {
    python.close();
    rmSync(scratch, { recursive: true });
  }
}

await main();
