/**
 * Pairs without features (`hard_pairs.py` says which), and the real pairs of `match.ts`, by features, by flow, by the
 * network that tells where corners go, and by OpenCV: `npm run bench:match -- hard`.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformPoints } from '../../src/core/homography.ts';
import type { Homography } from '../../src/core/homography.ts';
import {
  correspondencesFromFlow,
  correspondencesFromHomography,
  estimateHomography,
  loadHomographyModel,
} from '../../src/api/geometry.ts';
import { toPatchDescriptor } from '../../src/api/features.ts';
import { estimateFlow, loadFlowModel, loadPatchModel, match, readImage } from '../../src/index.ts';
import type { FlowModel, Image, PatchModel } from '../../src/index.ts';
import type { HomographyModel } from '../../src/api/geometry.ts';
import { round, summarize } from '../shared/measure.ts';
import type { HomographyPair } from '../data/homography-pairs.ts';
import type { Python } from '../shared/python.ts';

interface Answer {
  readonly homography: readonly number[] | null;
  readonly milliseconds: number;
  readonly cpu: number;
  readonly confidence?: number;
}

interface Networks {
  readonly patch: PatchModel;
  readonly flow: FlowModel;
  readonly deep: HomographyModel;
}

type Method = (a: Image, b: Image) => Promise<{ homography: readonly number[] | null; confidence?: number }>;

/** Errors up to this many pixels count as right, and a pair without an answer as off by the image's size. */
const RIGHT = [3, 5];
const LOST = 400;

/** Our ways to a homography; those of the network alone say how sure they are. */
function ours({ patch, flow, deep }: Networks): Readonly<Record<string, Method>> {
  const polished: Method = async (a, b) => {
    const { homography, confidence } = await estimateHomography(deep, a, b);
    const correspondences = correspondencesFromHomography(homography, a, b);
    const found = await match(a, b, { correspondences, rematch: false, polish: true });
    return { homography: found.homography, confidence };
  };
  return {
    'SIFT + robust': (a, b) => match(a, b),
    'patchnet + robust': (a, b) => match(a, b, { features: { descriptor: toPatchDescriptor(patch) } }),
    'flow + robust': async (a, b) => {
      if (a.width !== b.width || a.height !== b.height) return { homography: null };
      const { flow: field, confidence } = await estimateFlow(flow, a, b, { both: true });
      return match(a, b, { rematch: false, correspondences: correspondencesFromFlow(field, { confidence }) });
    },
    'network, one look': (a, b) => estimateHomography(deep, a, b, { looks: 1, align: false }),
    'network, three looks': (a, b) => estimateHomography(deep, a, b, { looks: 3, align: false }),
    'aligned alone': (a, b) => estimateHomography(deep, a, b, { looks: 0 }),
    'network, aligned': (a, b) => estimateHomography(deep, a, b),
    'network, aligned, polished': polished,
  };
}

async function timed(method: Method, a: Image, b: Image): Promise<Answer> {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  const { homography, confidence } = await method(a, b);
  const { user, system } = process.cpuUsage(cpu);
  return { homography, confidence, milliseconds: performance.now() - start, cpu: (user + system) / 1000 };
}

/** All answers to some pairs, by method, the methods in turns. */
export async function answerAll(
  python: Python,
  pairs: readonly Omit<HomographyPair, 'truth'>[],
): Promise<Map<string, Answer[]>> {
  await using patch = await loadPatchModel();
  await using flow = await loadFlowModel('whither-flow');
  await using deep = await loadHomographyModel();
  const found = new Map<string, Answer[]>();
  const note = (name: string, answer: Answer) => found.set(name, [...(found.get(name) ?? []), answer]);
  const methods = Object.entries(ours({ patch, flow, deep }));
  for (const pair of pairs) {
    const [a, b] = [await readImage(pair.a), await readImage(pair.b)];
    const paths = [pair.a, pair.b];
    note('same place', { homography: [1, 0, 0, 0, 1, 0, 0, 0, 1], milliseconds: 0, cpu: 0 });
    for (const [name, method] of methods) note(name, await timed(method, a, b));
    note('OpenCV SIFT + USAC_MAGSAC', await python.ask({ kind: 'sift', paths, method: 'USAC_MAGSAC' }));
    note('OpenCV ECC', await python.ask({ kind: 'ecc', paths }));
  }
  return found;
}

export async function benchHard(python: Python, photos: string) {
  const folder = mkdtempSync(join(tmpdir(), 'whither-hard-'));
  try {
    const pairs = await python.ask<HomographyPair[]>({ kind: 'hard', photos, folder });
    const rows = [];
    for (const [name, answers] of await answerAll(python, pairs)) {
      const sets = [...new Set(pairs.map(({ set }) => set))].map((set) => {
        const chosen = answers.map((answer, i) => ({ answer, pair: pairs[i] }));
        return [set, summarizeSet(chosen.filter(({ pair }) => pair.set === set))];
      });
      const times = answers.map(({ milliseconds }) => milliseconds);
      const cpu = summarize(answers.map((answer) => answer.cpu));
      rows.push({ name, sets: Object.fromEntries(sets) as object, cpu, milliseconds: summarize(times) });
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const CORNERS = [0, 0, 399, 0, 399, 299, 0, 299];

/** Mean distance of A's corners from where the truth puts them, at most `LOST`. */
function cornerError(found: readonly number[] | null, truth: Homography): number {
  if (!found) return LOST;
  const [p, q] = [found as unknown as Homography, truth].map((h) => transformPoints(h, CORNERS));
  const sum = [0, 2, 4, 6].reduce((all, i) => all + Math.hypot(p[i] - q[i], p[i + 1] - q[i + 1]), 0);
  return Math.min(LOST, sum / 4 || LOST);
}

function summarizeSet(list: readonly { answer: Answer; pair: HomographyPair }[]) {
  const errors = list.map(({ answer, pair }) => cornerError(answer.homography, pair.truth));
  const sorted = [...errors].sort((a, b) => a - b);
  const confident = list.map(({ answer }) => answer.confidence ?? NaN);
  const share = (most: number) =>
    round((100 * errors.filter((error) => error < most).length) / errors.length);
  return {
    pairs: list.length,
    mean: round(errors.reduce((sum, error) => sum + error, 0) / errors.length),
    median: round(sorted[sorted.length >> 1]),
    ...Object.fromEntries(RIGHT.map((most) => [`under${most}`, share(most)])),
    none: list.filter(({ answer }) => !answer.homography).length,
    ...(Number.isFinite(confident[0]) && {
      confidence: confident.map((value) => round(value)),
      errors: errors.map((error) => round(error)),
    }),
  };
}
