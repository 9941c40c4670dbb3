/** The scores of the flow bench without its times, which need a machine of one's own. */

import { existsSync, readFileSync } from 'node:fs';
import { describeMachine, printTable, saveResults } from '../shared/measure.ts';
import { idOf, scoresOfSets } from './flow-results.ts';
import type { Score } from './flow-results.ts';
import { gatherContenders } from './gather-contenders.ts';
import type { Bench, Contender } from './gather-contenders.ts';

/** What a method reached. */
export interface ScoreRow {
  readonly name: string;
  readonly ours: boolean;
  /** Of what was run, as in `MethodRecord`. */
  readonly key: string;
  readonly commit: string | number;
  /** Means over the pairs of each set. */
  readonly scores: Record<string, Score>;
  /** By `set name`. */
  readonly pairs: Record<string, Score>;
}

/** Earlier rows in their order, each in its newest form, then those that are new. */
export function mergeRows(earlier: readonly ScoreRow[], rows: readonly ScoreRow[]): ScoreRow[] {
  const byName = new Map([...earlier, ...rows].map((row) => [row.name, row]));
  return [...byName.values()];
}

async function scoreContender(
  { name, ours, key, run }: Contender,
  { pairs }: Bench,
): Promise<Omit<ScoreRow, 'commit'>> {
  const scores: Score[] = [];
  for (const i of pairs.keys()) scores.push((await run(i)).score);
  const each = Object.fromEntries(pairs.map((pair, i) => [idOf(pair), scores[i]]));
  return { name, ours, key, scores: scoresOfSets(scores, pairs), pairs: each };
}

function readRows(): ScoreRow[] {
  const file = new URL('../results/flow-scores.json', import.meta.url);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { rows: ScoreRow[] }).rows : [];
}

/** Runs every contender once on every pair and writes `results/flow-scores.json`; the rows of others stay. */
export async function scoreAll(bench: Bench, only?: readonly string[]): Promise<void> {
  const machine = describeMachine(['onnxruntime-node']);
  const sets = [...new Set(bench.pairs.map(({ set }) => set))];
  const rows: ScoreRow[] = [];
  for (const contender of await gatherContenders(bench, only)) {
    rows.push({ ...(await scoreContender(contender, bench)), commit: machine.commit });
    await contender.dispose();
    const content = { machine: { ...machine, opencv: bench.hello.opencv }, sets };
    saveResults('flow-scores', { ...content, rows: mergeRows(readRows(), rows) });
  }
  printTable(
    ['', ...sets.map((set) => `${set} EPE / Fl`)],
    rows.map(({ name, scores }) => [
      name,
      ...sets.map((set) => `${scores[set].epe.toFixed(2)} / ${scores[set].fl.toFixed(1)}`),
    ]),
  );
  console.log(`Means over the pairs of each set: bench/results/flow-scores.json`);
}
