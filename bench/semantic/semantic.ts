/**
 * `npm run bench:semantic [-- --every N] [--only ROWS] [--no-save]`: does it find the same part? PF-WILLOW, five classes, 450 ordered pairs
 * of different objects, ten points each. The score is PCK, the share of points that land within alpha of the longer
 * side of the box round B's points. The images lie where `bench/data.md` says; nothing is trained on them. With `--every N` every Nth pair alone, not stored; `--only
 * 'fitted-tps;fitted-tps, 3 looks'` leaves other rows out.
 *
 * Then the mean grid error on photos that no regressor saw, warped by known maps (`--views N` of each kind a photo, 2 unless
 * told): affine maps and splines, in shares of the image's side.
 *
 * `--trunk patchnet` or `--trunk whither-flow` takes the features of those networks in place of the semantic trunk's, with
 * the same agreement of matches, and says nothing but their PCK.
 *
 * Time is that of `matchSemantic` on the images, features and all, for twenty pairs.
 */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadSemanticModel, matchSemantic, readImage, transferPoints } from '../../src/index.ts';
import type { SemanticFeatures } from '../../src/api/features.ts';
import type { MatchSemanticOptions, SemanticModel } from '../../src/index.ts';
import { describeMachine, printTable, saveResults, summarize, watchOthers } from '../shared/measure.ts';
import { findData, hasData } from '../data/folder.ts';
import { ALPHAS, WILLOW, listWillowPairs, scoreWillow } from '../data/willow.ts';
import type { Answers, Scores, WillowPair } from '../data/willow.ts';
import { openTrunk } from './semantic-trunks.ts';
import type { Describer } from './semantic-trunks.ts';
import { scoreSynthetic } from './semantic-synthetic.ts';

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

const scoreAll = (pairs: readonly WillowPair[], answers: Record<string, Answers>): Record<string, Scores> =>
  Object.fromEntries(Object.entries(answers).map(([name, given]) => [name, scoreWillow(pairs, given)]));

const split = (points: ArrayLike<number>): number[][] =>
  Array.from({ length: points.length / 2 }, (_, i) => [points[2 * i], points[2 * i + 1]]);

async function answerAll(
  model: SemanticModel,
  trunk: Describer,
  pairs: readonly WillowPair[],
  names: readonly string[],
): Promise<Record<string, Answers>> {
  const known = new Map<string, SemanticFeatures>();
  const look = async (path: string): Promise<SemanticFeatures> => {
    const features = known.get(path) ?? (await trunk.describe(await readImage(path)));
    known.set(path, features);
    return features;
  };
  const answers: Record<string, Record<string, number[][]>> = { identity: {} };
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

async function timePairs(model: SemanticModel, pairs: readonly WillowPair[]): Promise<object> {
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

/** The answers of OpenCV's SIFT with an affine map, and of DIS on 128 x 128, where Python has OpenCV. */
function rivals(pairs: readonly WillowPair[]): Record<string, Answers> {
  const script = fileURLToPath(new URL('semantic_rivals.py', import.meta.url));
  try {
    const input = JSON.stringify(pairs);
    const text = execFileSync('python3', [script], { input, encoding: 'utf8', maxBuffer: 2 ** 28 });
    return JSON.parse(text) as Record<string, Answers>;
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
  if (!hasData(WILLOW, 'the parts of other objects')) return;
  const every = Number(options.every);
  const all = listWillowPairs();
  const pairs = all.filter((_, i) => i % every === 0);
  const model = await loadSemanticModel();
  const trunk = await openTrunk(options.trunk, model);
  if (options.trunk !== 'semantic') {
    report(scoreAll(all, await answerAll(model, trunk, pairs, ['fitted-tps'])), {});
    await Promise.all([trunk.dispose(), model.dispose()]);
    return;
  }
  const time = await timePairs(model, all);
  const answers = await answerAll(model, trunk, pairs, names);
  const rows = Object.fromEntries(names.map((name) => [name, METHODS[name]]));
  const synthetic = hasData('photos', 'views of photos')
    ? await scoreSynthetic(model, findData('photos')!, rows, Number(options.views))
    : {};
  await model.dispose();
  const scores = scoreAll(all, every === 1 ? { ...answers, ...rivals(all) } : answers);
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
