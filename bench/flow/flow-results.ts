/** The stored result of the flow bench: rounds of many short runs, and what is made of them. */

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join, resolve } from 'node:path';
import { round, summarize } from '../shared/measure.ts';
import { dominates, paretoFront } from './pareto.ts';

/** Of a pair's flow: mean end-point error in pixels; share of outliers and of errors below a pixel in percent. */
export interface Score {
  readonly epe: number;
  readonly fl: number;
  readonly px1: number;
}

/** What was measured of a method on one pair; times in milliseconds, by the clock and of all cores together. */
export interface PairRecord {
  readonly score: Score;
  readonly milliseconds: number[];
  readonly cpu: number[];
}

/** All that was measured of a method. */
export interface MethodRecord {
  readonly name: string;
  readonly ours: boolean;
  /** Of what was run: rounds of another code, model or version are not put together with these. */
  readonly key: string;
  readonly pairs: Record<string, PairRecord>;
}

/** The pairs of the bench, by `set name`. */
export interface PairSize {
  readonly id: string;
  readonly set: string;
  readonly megapixels: number;
}

interface Times {
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
}

/** A line of the table. */
export interface FlowRow {
  readonly name: string;
  readonly ours: boolean;
  /** Means over the pairs of each set. */
  readonly scores: Record<string, Score>;
  /** The sum over the pairs of each pair's median (or percentile) by the pixels of all pairs. */
  readonly millisecondsPerMegapixel: Times;
  readonly cpuMillisecondsPerMegapixel: Times;
  /** Of the pair that has the fewest. */
  readonly rounds: number;
}

/** The row of a method that has been run on every pair. */
export function summarizeMethod(method: MethodRecord, pairs: readonly PairSize[]): FlowRow | undefined {
  const records = pairs.map(({ id }) => method.pairs[id]);
  const rounds = Math.min(...records.map((record) => record?.milliseconds.length ?? 0));
  if (!rounds) return undefined;
  const size = pairs.reduce((sum, { megapixels }) => sum + megapixels, 0);
  const times = (key: 'milliseconds' | 'cpu'): Times => {
    const each = records.map((record) => summarize(record[key]));
    const perMegapixel = (which: keyof Times): number =>
      round(each.reduce((sum, time) => sum + time[which], 0) / size);
    return { median: perMegapixel('median'), p10: perMegapixel('p10'), p90: perMegapixel('p90') };
  };
  const { name, ours } = method;
  return {
    ...{
      name,
      ours,
      rounds,
      scores: scoresOfSets(
        records.map(({ score }) => score),
        pairs,
      ),
    },
    ...{ millisecondsPerMegapixel: times('milliseconds'), cpuMillisecondsPerMegapixel: times('cpu') },
  };
}

/** Means over the pairs of each set. */
export function scoresOfSets(
  scores: readonly Score[],
  pairs: readonly { readonly set: string }[],
): Record<string, Score> {
  const sets = [...new Set(pairs.map(({ set }) => set))];
  return Object.fromEntries(
    sets.map((set) => [set, meanScore(scores.filter((_, i) => pairs[i].set === set))]),
  );
}

function meanScore(scores: readonly Score[]): Score {
  const mean = (key: keyof Score): number =>
    round(scores.reduce((sum, score) => sum + score[key], 0) / scores.length);
  return { epe: mean('epe'), fl: mean('fl'), px1: mean('px1') };
}

/** The sets that a preset is judged by together. */
export const TOGETHER = ['chairs', 'sintel-final'] as const;
const JOINT = TOGETHER.join(' + ');

const timeOf = (row: FlowRow): number => row.millisecondsPerMegapixel.median;

/**
 * By set, the methods that none beats in time and end-point error at once, the fastest first. For two sets together
 * the mean of their errors counts.
 */
export function findFronts(rows: readonly FlowRow[]): Record<string, string[]> {
  const sets = Object.keys(rows[0]?.scores ?? {});
  const joint = (row: FlowRow): number => TOGETHER.reduce((sum, set) => sum + row.scores[set].epe, 0);
  const front = (error: (row: FlowRow) => number): string[] =>
    paretoFront(rows, (row) => [timeOf(row), error(row)])
      .sort((a, b) => timeOf(a) - timeOf(b))
      .map(({ name }) => name);
  const single = sets.map((set) => [set, front((row) => row.scores[set].epe)] as const);
  return Object.fromEntries([...single, [JOINT, front(joint)]]);
}

/** For each of ours: who is both faster and more exact on each of the sets that are judged together. */
export function findBetter(rows: readonly FlowRow[]): Record<string, string[]> {
  const costs = (row: FlowRow): number[] => [timeOf(row), ...TOGETHER.map((set) => row.scores[set].epe)];
  const better = (row: FlowRow): string[] =>
    rows.filter((other) => dominates(costs(other), costs(row))).map(({ name }) => name);
  return Object.fromEntries(rows.filter(({ ours }) => ours).map((row) => [row.name, better(row)]));
}

/** When rounds were added, by which commit, and how busy the machine was with other work, 0 to 1 of its cores. */
export interface FlowRun {
  readonly date: string;
  readonly commit: string | number;
  readonly othersBusy: number | undefined;
}

/** What earlier runs have stored; nothing where the file is not there or of another form. */
export function readStored(): { methods: MethodRecord[]; runs: FlowRun[] } {
  const file = new URL('../results/flow.json', import.meta.url);
  const stored = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as object) : {};
  return { methods: [], runs: [], ...stored };
}

/** The pair in results. */
export const idOf = ({ set, name }: { readonly set: string; readonly name: string }): string =>
  `${set} ${name}`;

/**
 * Of all code and weights that a model's flow depends on; its first 12 digits.
 *
 * @param model a name, or the absolute path of a folder
 */
export function hashCode(model: string, settings: object): string {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const hash = createHash('sha256').update(JSON.stringify(settings));
  const code = ['kernels', 'src/core', 'src/runtime', 'src/flow'].map((folder) => join(root, folder));
  for (const folder of [...code, resolve(root, 'models', model)])
    for (const name of (readdirSync(folder, { recursive: true }) as string[]).sort())
      if (/\.(ts|onnx|json)$/.test(name) && statSync(join(folder, name)).isFile())
        hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest('hex').slice(0, 12);
}
