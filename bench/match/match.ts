/**
 * Robust homographies, ours and OpenCV's on the same matches, and whole matchers on real pairs:
 *
 *     npm run bench:match                 both
 *     npm run bench:match -- estimator    made matches alone, which need Python with OpenCV and nothing else
 *     npm run bench:match -- pipeline     real pairs alone, which lie where bench/data.md says
 *     npm run bench:match -- hard         pairs without features, and the real pairs by the network, as match-hard.ts says
 */

import { fileURLToPath } from 'node:url';
import { createCorrespondences } from '../../src/core/correspondences.ts';
import type { Correspondences } from '../../src/core/correspondences.ts';
import { transformPoints } from '../../src/core/homography.ts';
import type { Homography } from '../../src/core/homography.ts';
import { createRandom, fitHomography } from '../../src/geometry/index.ts';
import { readImage } from '../../src/io/index.ts';
import { match } from '../../src/match/pair/index.ts';
import type { MatchOptions } from '../../src/match/pair/index.ts';
import { loadPatchModel, toPatchDescriptor } from '../../src/match/patches/index.ts';
import type { PatchModel } from '../../src/match/patches/index.ts';
import { answerAll, benchHard } from './match-hard.ts';
import {
  describeMachine,
  printTable,
  round,
  saveResults,
  summarize,
  watchOthers,
} from '../shared/measure.ts';
import { findData, hasData } from '../data/folder.ts';
import { AUC_AT, listHomographyPairs, scoreHomographies } from '../data/homography-pairs.ts';
import type { HomographyPair } from '../data/homography-pairs.ts';
import { startPython } from '../shared/python.ts';
import type { Python } from '../shared/python.ts';

const THREADS = 2;
const THRESHOLD = 3;
const RIVALS = ['RANSAC', 'USAC_MAGSAC'] as const;

interface Timed {
  readonly homography: readonly number[] | null;
  readonly milliseconds: number;
  readonly cpu: number;
}

/** Made matches: how many there are, how many of them are right, and how exact those are. */
interface Case {
  readonly name: string;
  readonly count: number;
  readonly right: number;
  /** Deviation of the noise in pixels, each way. */
  readonly noise: number;
}

const CASES: readonly Case[] = [
  { name: '80 % right', count: 500, right: 0.8, noise: 1 },
  { name: '50 % right', count: 500, right: 0.5, noise: 1 },
  { name: '30 % right', count: 500, right: 0.3, noise: 1 },
  { name: '15 % right', count: 1000, right: 0.15, noise: 1 },
  { name: '50 % right, few', count: 60, right: 0.5, noise: 1 },
];

const SCENES = 20;
const CORNERS = [0, 0, 799, 0, 799, 599, 0, 599];

function drawScene(
  { count, right, noise }: Case,
  seed: number,
): { truth: Homography; matches: Correspondences } {
  const random = createRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const either = (most: number) => most * (2 * random() - 1);
  const [turn, scale] = [either(0.6), Math.exp(either(0.4))];
  const [cos, sin] = [scale * Math.cos(turn), scale * Math.sin(turn)];
  const tilt = [either(3e-4), either(3e-4)];
  const truth: Homography = [
    cos,
    -sin + either(0.1),
    either(100),
    sin,
    cos,
    either(100),
    tilt[0],
    tilt[1],
    1,
  ];
  const a = Array.from({ length: 2 * count }, (_, i) => random() * (i % 2 ? 600 : 800));
  const moved = transformPoints(truth, a);
  const b = a.map((_, i) =>
    i < 2 * right * count ? moved[i] + noise * normal() : random() * (i % 2 ? 600 : 800),
  );
  return { truth, matches: createCorrespondences(a, b) };
}

/** Mean distance of the corners, in pixels of B; Infinity without an answer. */
function cornerError(found: ArrayLike<number> | null, truth: Homography): number {
  if (!found) return Infinity;
  const [p, q] = [found as unknown as Homography, truth].map((h) => transformPoints(h, CORNERS));
  return [0, 2, 4, 6].reduce((sum, i) => sum + Math.hypot(p[i] - q[i], p[i + 1] - q[i + 1]), 0) / 4;
}

function fitOurs(matches: Correspondences): Timed {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  const { matrix } = fitHomography(matches, { threshold: THRESHOLD });
  const { user, system } = process.cpuUsage(cpu);
  return { homography: matrix, milliseconds: performance.now() - start, cpu: (user + system) / 1000 };
}

async function benchEstimators(python: Python) {
  const rows = [];
  const warm = drawScene(CASES[1], 999).matches;
  for (let i = 0; i < 4; i++) fitOurs(warm);
  for (const one of CASES) {
    const found = new Map<string, { error: number; milliseconds: number; cpu: number }[]>();
    for (let seed = 1; seed <= SCENES; seed++) {
      const { truth, matches } = drawScene(one, seed);
      const points = { a: [...matches.pointsA], b: [...matches.pointsB] };
      for (const name of ['whither', ...RIVALS]) {
        const { homography, ...times } =
          name === 'whither'
            ? fitOurs(matches)
            : await python.ask<Timed>({ kind: 'fit', method: name, threshold: THRESHOLD, seed, ...points });
        found.set(name, [...(found.get(name) ?? []), { error: cornerError(homography, truth), ...times }]);
      }
    }
    for (const [name, list] of found) rows.push({ case: one.name, name, ...summarizeFits(list) });
  }
  return rows;
}

function summarizeFits(list: readonly { error: number; milliseconds: number; cpu: number }[]) {
  const errors = list.map(({ error }) => error).sort((a, b) => a - b);
  return {
    medianError: round(errors[errors.length >> 1]),
    p90Error:
      errors[Math.floor(0.9 * errors.length)] < 1e6 ? round(errors[Math.floor(0.9 * errors.length)]) : null,
    failed: round((100 * errors.filter((error) => !(error < 10)).length) / errors.length),
    milliseconds: summarize(list.map(({ milliseconds }) => milliseconds)),
    cpu: summarize(list.map(({ cpu }) => cpu)),
  };
}

/** `alone`: features matched once; `plain`: matched again by what was found, but without simulated views. */
const OURS: Readonly<Record<string, MatchOptions>> = {
  'whither, SIFT alone': { simulate: 'never', rematch: false, features: { descriptor: 'sift' } },
  'whither, SIFT plain': { simulate: 'never', features: { descriptor: 'sift' } },
  whither: {},
  'whither, polished': { polish: true },
  'whither, patchnet': {},
};

/** The options of a contender, with the network where it has one. */
const optionsOf = (name: string, network: PatchModel): MatchOptions =>
  name.endsWith('patchnet')
    ? { ...OURS[name], features: { descriptor: toPatchDescriptor(network) } }
    : OURS[name];

async function runOurs({ a, b }: HomographyPair, options: MatchOptions): Promise<Timed> {
  const [imageA, imageB] = [await readImage(a), await readImage(b)];
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  const { homography } = await match(imageA, imageB, options);
  const { user, system } = process.cpuUsage(cpu);
  return { homography, milliseconds: performance.now() - start, cpu: (user + system) / 1000 };
}

async function benchPipelines(python: Python, pairs: readonly HomographyPair[]) {
  const names = [...Object.keys(OURS), ...RIVALS.map((method) => `OpenCV SIFT + ${method}`)];
  const found = new Map<string, Timed[]>(names.map((name) => [name, []]));
  await using network = await loadPatchModel('patchnet');
  for (const pair of pairs)
    for (const name of names) {
      const method = RIVALS.find((rival) => name.endsWith(`+ ${rival}`));
      const timed = method
        ? await python.ask<Timed>({ kind: 'sift', paths: [pair.a, pair.b], method })
        : await runOurs(pair, optionsOf(name, network));
      found.get(name)!.push(timed);
    }
  return scoreAll(pairs, found);
}

/** The scores of each method's answers to the real pairs. */
async function scoreAll(pairs: readonly HomographyPair[], found: ReadonlyMap<string, readonly Timed[]>) {
  const rows = [];
  for (const [name, list] of found) {
    const homographies = list.map(({ homography }) => homography);
    const scores = await scoreHomographies(pairs, homographies);
    const cpu = summarize(list.map((timed) => timed.cpu));
    rows.push({ name, scores, cpu, milliseconds: summarize(list.map((timed) => timed.milliseconds)) });
  }
  return rows;
}

async function main(wanted: readonly string[]): Promise<void> {
  const wants = (part: string) => wanted.length === 0 || wanted.includes(part);
  const script = fileURLToPath(new URL('match_rivals.py', import.meta.url));
  const python = startPython(script, String(THREADS));
  const pairs = listHomographyPairs();
  try {
    const versions = await python.ask<{ opencv: string; threads: number }>({ kind: 'hello' });
    const machine = { ...describeMachine(['ml-matrix']), ...versions };
    if (wants('estimator')) {
      const others = watchOthers();
      const rows = await benchEstimators(python);
      const setting = {
        scenes: SCENES,
        threshold: THRESHOLD,
        errors: 'mean corner error in pixels of B, 800 x 600',
      };
      console.log(saveResults('match-estimator', { machine, busyWithOthers: others(), ...setting, rows }));
      printTable(
        ['case', 'estimator', 'median px', '90 % px', 'failed %', 'cpu ms'],
        rows.map((r) => [r.case, r.name, r.medianError, r.p90Error ?? '-', r.failed, r.cpu.median]),
      );
    }
    if (wants('pipeline') && hasData('homography', 'the matchers on real pairs')) {
      const others = watchOthers();
      const rows = await benchPipelines(python, pairs);
      const setting = { aucAt: AUC_AT, pairs: pairs.map(({ set, name }) => `${set}/${name}`) };
      console.log(saveResults('match', { machine, busyWithOthers: others(), ...setting, rows }));
      for (const { name, scores, cpu } of rows) console.log(name, JSON.stringify(scores), `${cpu.median} ms`);
    }
    if (wants('hard') && hasData('photos', 'the spoilt pairs')) {
      const others = watchOthers();
      const real = await scoreAll(pairs, await answerAll(python, pairs));
      const rows = await benchHard(python, findData('photos')!);
      const setting = {
        errors: 'corner error in pixels of B, 400 x 300; 400 without an answer',
        aucAt: AUC_AT,
      };
      console.log(saveResults('match-hard', { machine, busyWithOthers: others(), ...setting, rows, real }));
      for (const { name, sets, cpu } of rows) console.log(name, JSON.stringify(sets), `${cpu.median} ms`);
      for (const { name, scores, cpu } of real) console.log(name, JSON.stringify(scores), `${cpu.median} ms`);
    }
  } finally {
    python.close();
  }
}

await main(process.argv.slice(2));
