/** The measuring that all benches share; bench/README.md says why it is done so. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

/** One way to do the work that a bench is about. */
export interface Contender {
  readonly name: string;
  /** Does the work once and gives all of its result, which is read within the time. */
  run(): Promise<Float32Array> | Float32Array;
  /** What its result is compared with; absent where it computes something else, such as a yardstick. */
  readonly reference?: Float32Array;
}

/** What was measured of one contender; times in milliseconds. */
export interface Measurement {
  readonly name: string;
  readonly median: number;
  /** The 10th and 90th percentile: four in five runs took a time between them. */
  readonly p10: number;
  readonly p90: number;
  readonly best: number;
  readonly repeats: number;
  /** Largest difference of its result from the reference's; absent where it computes something else. */
  readonly difference?: number;
}

export interface MeasureOptions {
  /** At least 20, which is the default. */
  readonly repeats?: number;
  /** Runs of each before any is timed; 4 by default, since V8 compiles hot code twice. */
  readonly warmUp?: number;
  /** Differences above this are an error, not a result. */
  readonly tolerance?: number;
}

/** Keeps results in use, so that no work can be left out. */
let sink = 0;

function read(result: Float32Array): void {
  for (let i = 0; i < result.length; i += 16) sink += result[i];
}

/**
 * Times the contenders in turns, each round in another order, so that what the machine does meanwhile hits all
 * of them alike.
 */
export async function measure(
  contenders: readonly Contender[],
  options: MeasureOptions = {},
): Promise<Measurement[]> {
  const { repeats = 20, warmUp = 4 } = options;
  const differences: (number | undefined)[] = [];
  for (const contender of contenders) {
    let result = await contender.run();
    differences.push(compare(contender, result, options));
    for (let i = 1; i < warmUp; i++) read((result = await contender.run()));
  }
  const times: number[][] = contenders.map(() => []);
  for (let round = 0; round < Math.max(20, repeats); round++)
    for (let turn = 0; turn < contenders.length; turn++) {
      const i = (turn + round) % contenders.length;
      const start = performance.now();
      read(await contenders[i].run());
      times[i].push(performance.now() - start);
    }
  if (Number.isNaN(sink)) throw new Error('A contender gave no number');
  return contenders.map(({ name }, i) => ({ name, ...summarize(times[i]), difference: differences[i] }));
}

function compare({ name, reference }: Contender, result: Float32Array, options: MeasureOptions) {
  if (!reference) return undefined;
  const { tolerance = 1e-3 } = options;
  const difference = largestDifference(result, reference);
  if (!(difference <= tolerance))
    throw new Error(`${name} differs from the reference by ${difference} where ${tolerance} is allowed`);
  return difference;
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Infinity : difference;
  }
  return largest;
}

/** The statistics of a list of times. */
export function summarize(times: readonly number[]): Omit<Measurement, 'name' | 'difference'> {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]);
  return { median: at(0.5), p10: at(0.1), p90: at(0.9), best: at(0), repeats: times.length };
}

export const round = (value: number, digits = 3): number => Number(value.toPrecision(digits + 1));

/** Numbers from -1 to 1, the same in every run. */
export function seededValues(length: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** The machine and the versions that a result belongs to. */
export function describeMachine(packages: readonly string[] = []): Record<string, string | number> {
  const require = createRequire(import.meta.url);
  const versions = packages.map((name) => {
    const manifest = fileURLToPath(new URL(`../../node_modules/${name}/package.json`, import.meta.url));
    return [name, (require(manifest) as { version: string }).version] as const;
  });
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    v8: process.versions.v8,
    ...Object.fromEntries(versions),
    commit: git('rev-parse', '--short', 'HEAD'),
  };
}

function git(...args: string[]): string {
  try {
    const cwd = fileURLToPath(new URL('../..', import.meta.url));
    return execFileSync('git', args, { encoding: 'utf8', cwd, stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
}

/**
 * Share of the cores that something else kept busy between two calls; `undefined` where it cannot be told. This process and
 * those that it started and that have ended are not something else.
 */
export function watchOthers(): () => number | undefined {
  const before = timeOfOthers();
  const start = performance.now();
  return () => {
    const after = timeOfOthers();
    if (before === undefined || after === undefined) return undefined;
    const elapsed = (performance.now() - start) * availableParallelism();
    return round(Math.max(0, (after - before) / elapsed), 2);
  };
}

function timeOfOthers(): number | undefined {
  const [all, ended] = [busyTime(), timeOfEnded()];
  if (all === undefined || ended === undefined) return undefined;
  const { user, system } = process.cpuUsage();
  return all - ended - (user + system) / 1000;
}

/** Milliseconds of the processes that this one started and that have ended, by Linux's account. */
function timeOfEnded(): number | undefined {
  try {
    // What comes behind the name, which is in brackets, begins with the third field.
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ').map(Number);
    return (fields[13] + fields[14]) * 10;
  } catch {
    return undefined;
  }
}

/** Milliseconds that all cores together were busy since the machine started, by Linux's account. */
function busyTime(): number | undefined {
  try {
    const [, user, nice, system] = readFileSync('/proc/stat', 'utf8').split('\n')[0].split(/\s+/).map(Number);
    return (user + nice + system) * 10;
  } catch {
    return undefined;
  }
}

/** Writes `results/NAME.json`. */
export function saveResults(name: string, content: object): string {
  const folder = new URL('../results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const file = new URL(`${name}.json`, folder);
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
  return `bench/results/${name}.json`;
}

/** Prints rows of text and numbers in columns; numbers to the right. */
export function printTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, i) => Math.max(...cells.map((row) => row[i].length)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  ');
  console.log(
    [line(cells[0]), widths.map((n) => '-'.repeat(n)).join('  '), ...cells.slice(1).map(line)].join('\n'),
  );
}
