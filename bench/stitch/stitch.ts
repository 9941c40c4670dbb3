/**
 * `npm run bench:stitch`: the stitcher beside OpenCV's `cv2.Stitcher` (panorama mode, as it comes) on the sets of
 * photos that `bench/data.md` describes: images placed, seconds from reading files to the written
 * panorama, CPU seconds and peak memory, each in a process of its own; and our seconds a stage. Ours is built first and
 * runs as users have it. `npm run bench:stitch -- kayak` takes only sets of that name and leaves what is stored of the
 * others, `-- kayak 5` takes five rounds instead of three.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describeMachine, printTable, round, saveResults, watchOthers } from '../shared/measure.ts';
import { listSets } from './sets.ts';

interface Run {
  readonly ok: boolean;
  readonly placed: number;
  readonly of: number;
  readonly seconds: number;
  /** Seconds of all cores. */
  readonly cpu: number;
  readonly megabytes: number;
  readonly stages?: Readonly<Record<string, number>>;
}

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const [only = '', rounds = '3'] = process.argv.slice(2);
/** Where the package would be, so that it finds what it needs. */
const OURS = at('../../dist/bench/stitch-one.js');
const scratch = mkdtempSync(`${tmpdir()}/whither-bench-`);

function runOne(command: string, args: readonly string[]): Run {
  const { stdout, status, signal } = spawnSync(command, args, { encoding: 'utf8', timeout: 180_000 });
  const line = stdout.trim().split('\n').at(-1);
  if (status === 0 && line) return JSON.parse(line) as Run;
  const crashed = { ok: false, placed: 0, of: args.length - 2, seconds: NaN, cpu: NaN, megabytes: NaN };
  process.stderr.write(`${command} ended with ${signal ?? status}\n`);
  return crashed;
}

const ours = (files: readonly string[]): Run =>
  runOne(process.execPath, [OURS, `${scratch}/ours.jpg`, ...files]);
const theirs = (files: readonly string[]): Run =>
  runOne('python3', [at('stitch_rivals.py'), `${scratch}/theirs.jpg`, ...files]);

/** A set's medians, and when and how they were taken. */
interface Row {
  readonly name: string;
  readonly rounds: number;
  readonly commit: string | number;
  readonly busyWithOthers?: number;
  readonly ours: Run;
  readonly theirs: Run;
}

function storedRows(): Row[] {
  const file = at('../results/stitch.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { rows: Row[] }).rows : [];
}

/** The new rows in place of the old ones of the same sets. */
const merge = (before: readonly Row[], now: readonly Row[]): Row[] =>
  [...before.filter(({ name }) => !now.some((row) => row.name === name)), ...now].sort((x, y) =>
    x.name < y.name ? -1 : 1,
  );

/** The run of median time. */
const middle = (runs: readonly Run[]): Run =>
  [...runs].sort((x, y) => x.seconds - y.seconds)[runs.length >> 1];

try {
  execFileSync(process.execPath, [at('../../.ci/build.mjs'), at('stitch-one.ts'), OURS]);
  const machine = describeMachine(['sharp']);
  const sets = listSets(scratch).filter(({ name }) => name.includes(only));
  const rows = sets.map(({ name, files }): Row => {
    const others = watchOthers();
    const runs = Array.from({ length: Number(rounds) }, () => ({ ours: ours(files), theirs: theirs(files) }));
    return {
      ...{ name, rounds: Number(rounds), commit: machine.commit, busyWithOthers: others() },
      ours: middle(runs.map((r) => r.ours)),
      theirs: middle(runs.map((r) => r.theirs)),
    };
  });
  const cell = (run: Run): string[] => [
    `${run.placed}/${run.of}`,
    round(run.seconds, 2).toString(),
    round(run.cpu, 2).toString(),
    Math.round(run.megabytes).toString(),
  ];
  printTable(
    ['set', 'placed', 's', 'cpu s', 'MB', 'cv2 placed', 's', 'cpu s', 'MB'],
    rows.map((row) => [row.name, ...cell(row.ours), ...cell(row.theirs)]),
  );
  console.log(saveResults('stitch', { machine, rows: merge(storedRows(), rows) }));
} finally {
  rmSync(scratch, { recursive: true });
}
