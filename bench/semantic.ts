/**
 * `npm run bench:semantic [-- --every N] [--only ROWS] [--no-save]`: does it find the same part? PF-WILLOW, five classes, 450 ordered pairs
 * of different objects, ten points each, scored by `willow_pairs.py` of the measuring folder: PCK, the share of points that
 * land within alpha of the longer side of the box round B's points. The data lies beside the repository, not in it; nothing
 * is trained on it. With `--every N` every Nth pair alone, not stored; `--only
 * 'fitted-tps;fitted-tps, 3 looks'` leaves other rows out.
 *
 * Then the mean grid error on photos that no regressor saw, warped by known maps (`--views N` of each kind a photo, 2 unless
 * told): affine maps and splines, in shares of the picture's side.
 *
 * `--trunk patchnet` or `--trunk whither-flow` takes the features of those networks in place of the semantic trunk's, with
 * the same agreement of matches, and says nothing but their PCK.
 *
 * Time is that of `matchSemantic` on the pictures, features and all, for twenty pairs.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadSemanticModel, matchSemantic, readImage, transferPoints } from '../src/index.ts';
import type { SemanticFeatures } from '../src/api/features.ts';
import type { MatchSemanticOptions, SemanticModel } from '../src/index.ts';
import { describeMachine, printTable, round, saveResults, summarize, watchOthers } from './measure.ts';
import { MEASURE, runMeasure } from './patch-sheets.ts';
import { openTrunk } from './semantic-trunks.ts';
import type { Describer } from './semantic-trunks.ts';
import { scoreSynthetic } from './semantic-synthetic.ts';

interface Pair {
  readonly id: string;
  /** Paths of the pictures. */
  readonly a: string;
  readonly b: string;
  /** Ten points of A, `[x, y]` each. */
  readonly points: readonly (readonly [number, number])[];
}

/** PCK in % at 0.05, 0.1 and 0.15, by class and as the mean over all pairs. */
type Scores = Record<string, readonly number[]>;

/** Points of B by the pair's id. */
type Answers = Record<string, number[][]>;

/** The ways to a global warp that are measured, by the name of their row. */
const METHODS: Readonly<Record<string, MatchSemanticOptions>> = {
  'fitted-tps': { transform: 'fitted-tps' },
  'fitted-affine': { transform: 'fitted-affine' },
  'fitted-tps, 3 looks': { transform: 'fitted-tps', looks: 3 },
  'affine-tps': { transform: 'affine-tps' },
  affine: { transform: 'affine' },
  homography: { transform: 'homography' },
  tps: { transform: 'tps' },
};

const ALPHAS = [0.05, 0.1, 0.15];

/** A row of the script: `NAME CLASS a/b/c | CLASS a/b/c | ... | mean a/b/c`. */
function parseRow(row: string, name: string): Scores {
  const cells = row.trim().slice(name.length).trim().split(' | ');
  return Object.fromEntries(
    cells.map((cell) => {
      const [set, values] = cell.trim().split(' ');
      return [set, values.split('/').map(Number)];
    }),
  );
}

/** Scores answers; of every Nth pair alone, the script counts the others as wrong and the share is put right. */
function score(answers: Answers, all: number, scratch: string): Scores {
  const file = join(scratch, 'answers.json');
  writeFileSync(file, JSON.stringify(answers));
  const share = Object.keys(answers).length / all;
  const scores = parseRow(runMeasure('willow_pairs.py', [file], scratch), 'answers.json');
  return Object.fromEntries(
    Object.entries(scores).map(([set, values]) => [set, values.map((value) => round(value / share, 3))]),
  );
}

const scoreAll = (answers: Record<string, Answers>, all: number, scratch: string): Record<string, Scores> =>
  Object.fromEntries(Object.entries(answers).map(([name, given]) => [name, score(given, all, scratch)]));

const split = (points: ArrayLike<number>): number[][] =>
  Array.from({ length: points.length / 2 }, (_, i) => [points[2 * i], points[2 * i + 1]]);

async function answerAll(
  model: SemanticModel,
  trunk: Describer,
  pairs: readonly Pair[],
  names: readonly string[],
): Promise<Record<string, Answers>> {
  const known = new Map<string, SemanticFeatures>();
  const look = async (path: string): Promise<SemanticFeatures> => {
    const features = known.get(path) ?? (await trunk.describe(await readImage(path)));
    known.set(path, features);
    return features;
  };
  const answers: Record<string, Answers> = { identity: {} };
  const add = (row: string, id: string, points: number[][]): void => {
    (answers[row] ??= {})[id] = points;
  };
  for (const [i, { id, a, b, points }] of pairs.entries()) {
    if (i % 50 === 0) process.stderr.write(`${i} of ${pairs.length} pairs\n`);
    const [from, to] = [await look(a), await look(b)];
    const [sx, sy] = [to.width / from.width, to.height / from.height];
    const relative = points.map(([x, y]) => [(x + 0.5) * sx - 0.5, (y + 0.5) * sy - 0.5]);
    add('identity', id, relative);
    for (const name of names) {
      const match = await matchSemantic(model, from, to, METHODS[name]);
      add(name, id, split(transferPoints(match, points.flat(), 'transform').pointsB));
      add(denseRow(METHODS[name]), id, split(transferPoints(match, points.flat()).pointsB));
    }
  }
  return answers;
}

/** The row of the dense flow, which the transform does not change. */
const denseRow = ({ looks = 1 }: MatchSemanticOptions): string =>
  looks > 1 ? `dense, ${looks} looks` : 'dense';

async function timePairs(model: SemanticModel, pairs: readonly Pair[]): Promise<object> {
  const [times, alone, thrice]: [number[], number[], number[]] = [[], [], []];
  const others = watchOthers();
  for (let k = 0; k < 24; k++) {
    const { a, b } = pairs[Math.floor((k * pairs.length) / 24)];
    const [imageA, imageB] = [await readImage(a), await readImage(b)];
    const whole = (await matchSemantic(model, imageA, imageB)).milliseconds;
    const dense = (await matchSemantic(model, imageA, imageB, { transform: 'none' })).milliseconds;
    const looks = (await matchSemantic(model, imageA, imageB, { looks: 3 })).milliseconds;
    if (k < 4) continue;
    thrice.push(looks);
    times.push(whole);
    alone.push(dense);
  }
  return {
    default: summarize(times),
    dense: summarize(alone),
    looks3: summarize(thrice),
    othersBusy: others(),
  };
}

/** OpenCV's SIFT with an affine map, and DIS on 128 x 128, where Python has OpenCV. */
function rivals(): Record<string, Scores> {
  const script = fileURLToPath(new URL('semantic_rivals.py', import.meta.url));
  try {
    const lines = execFileSync('python3', [script, MEASURE], { encoding: 'utf8' }).trim().split('\n');
    return Object.fromEntries(
      lines.map((line) => {
        const name = line.slice(0, 14).trim();
        return [name, parseRow(line, name)];
      }),
    );
  } catch (error) {
    process.stderr.write(`No rivals: ${String(error).split('\n')[0]}\n`);
    return {};
  }
}

async function main(): Promise<void> {
  const { values: options } = parseArgs({
    options: {
      every: { type: 'string', default: '1' },
      only: { type: 'string', default: Object.keys(METHODS).join(';') },
      views: { type: 'string', default: '2' },
      trunk: { type: 'string', default: 'semantic' },
      'no-save': { type: 'boolean', default: false },
    },
  });
  const names = Object.keys(METHODS).filter((name) => options.only.split(';').includes(name));
  if (!existsSync(join(MEASURE, 'willow_pairs.py'))) {
    console.log(`Nothing to measure: there is no ${join(MEASURE, 'willow_pairs.py')}`);
    return;
  }
  const scratch = mkdtempSync(join(tmpdir(), 'whither-semantic-'));
  const every = Number(options.every);
  try {
    const lines = runMeasure('willow_pairs.py', ['list'], scratch).trim().split('\n');
    const all = lines.map((line) => JSON.parse(line) as Pair);
    const pairs = all.filter((_, i) => i % every === 0);
    const model = await loadSemanticModel();
    const trunk = await openTrunk(options.trunk, model);
    if (options.trunk !== 'semantic') {
      report(scoreAll(await answerAll(model, trunk, pairs, ['fitted-tps']), all.length, scratch), {});
      await Promise.all([trunk.dispose(), model.dispose()]);
      return;
    }
    const time = await timePairs(model, all);
    const answers = await answerAll(model, trunk, pairs, names);
    const rows = Object.fromEntries(names.map((name) => [name, METHODS[name]]));
    const photos = join(MEASURE, '../data/photos');
    const synthetic = await scoreSynthetic(model, photos, rows, Number(options.views));
    await model.dispose();
    const scores = scoreAll(answers, all.length, scratch);
    if (every === 1) Object.assign(scores, rivals());
    report(scores, time);
    console.log(`\nmean grid error: ${JSON.stringify(synthetic, null, 2)}`);
    if (every > 1 || options['no-save']) return;
    const machine = describeMachine(['onnxruntime-node', 'sharp']);
    const content = {
      bench: 'semantic',
      machine,
      pairs: pairs.length,
      alphas: ALPHAS,
      pck: scores,
      synthetic,
      time,
    };
    console.log(`\n${saveResults('semantic', content)}`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function report(scores: Record<string, Scores>, time: object): void {
  const sets = Object.keys(Object.values(scores)[0]);
  printTable(
    ['PCK at 0.05/0.1/0.15, %', ...sets],
    Object.entries(scores).map(([name, row]) => [name, ...sets.map((set) => row[set].join('/'))]),
  );
  console.log(`\nmilliseconds a pair: ${JSON.stringify(time)}`);
}

await main();
