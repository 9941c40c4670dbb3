/**
 * How often unrelated images are taken for one scene, and how often a result of a given confidence is right:
 *
 *     npm run bench:certainty                  in one process
 *     npm run bench:certainty -- 4             in four, which takes a fraction of the time
 *
 * 300 pairs of made textures, six kinds; and, where `bench/data.md` finds `photos`, 200 pairs of photos
 * of different scenes and 240 pairs of views of one photo each. Half of the groups of photos serve to fit the curve that
 * `confidence` follows (`toConfidence`), the other half and all unrelated pairs to measure it.
 */

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { applyHomography } from '../../src/core/homography.ts';
import { match } from '../../src/match/pair/index.ts';
import { relatedViews, sharedPoints, texturePairs, unrelatedPhotos } from './certainty-pairs.ts';
import type { CertaintyPair } from './certainty-pairs.ts';
import { findData, hasData } from '../data/folder.ts';
import { describeMachine, printTable, round, saveResults } from '../shared/measure.ts';

const SELF = fileURLToPath(import.meta.url);
const [TEXTURE_PAIRS, PHOTO_PAIRS, RELATED_PAIRS] = [50, 200, 240];

/** A result is right where what both images show is off by less than this in the mean, in pixels of B. */
const RIGHT = 5;

interface Row {
  readonly kind: string;
  readonly name: string;
  readonly learned: boolean;
  readonly found: boolean;
  readonly right: boolean;
  readonly confidence: number;
  readonly logFalseAlarms: number | null;
  readonly inliers: number;
  readonly places: number;
  readonly ambiguous: boolean;
  /** In pixels of B; null where nothing was found or nothing is there to find. */
  readonly error: number | null;
}

function listPairs(): CertaintyPair[] {
  const photos = findData('photos');
  const made = texturePairs(TEXTURE_PAIRS);
  if (!photos) return made;
  return [...made, ...unrelatedPhotos(photos, PHOTO_PAIRS), ...relatedViews(photos, RELATED_PAIRS)];
}

async function examine({ kind, name, learned, truth, load }: CertaintyPair): Promise<Row> {
  const found = await match(...(await load()));
  const { homography, confidence, ambiguous, inlierCount, places } = found;
  let error: number | null = null;
  if (homography && truth) {
    const errors = sharedPoints(truth).map(([x, y]) => {
      const [p, q] = [applyHomography(truth, x, y), applyHomography(homography, x, y)];
      return Math.hypot(p[0] - q[0], p[1] - q[1]);
    });
    error = errors.reduce((sum, value) => sum + value, 0) / errors.length;
  }
  return {
    ...{ kind, name, learned, confidence, ambiguous, error, inliers: inlierCount, places: places.inliers },
    found: homography !== null,
    right: error !== null && error < RIGHT,
    logFalseAlarms: homography ? found.logFalseAlarms : null,
  };
}

/** Every `step`th pair from `first` on, a row a line on stdout. */
async function work(first: number, step: number): Promise<void> {
  const pairs = listPairs();
  for (let i = first; i < pairs.length; i += step)
    process.stdout.write(`${JSON.stringify(await examine(pairs[i]))}\n`);
}

async function gather(first: number, step: number): Promise<Row[]> {
  const child = spawn(process.execPath, [...process.execArgv, SELF, 'work', `${first}`, `${step}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const rows: Row[] = [];
  for await (const line of createInterface({ input: child.stdout })) rows.push(JSON.parse(line) as Row);
  return rows;
}

/** Logistic regression of `right` on the logarithm of the orders of magnitude below one false alarm, by Newton's method. */
function fitCurve(rows: readonly Row[]): readonly [offset: number, slope: number] {
  let [offset, slope] = [0, 1];
  for (let step = 0; step < 50; step++) {
    // A weak pull towards a slope of 1, for sets without a wrong result.
    let [g0, g1, h00, h01, h11] = [-0.01 * offset, -0.01 * (slope - 1), 0.01, 0, 0.01];
    for (const { right, logFalseAlarms } of rows) {
      const x = Math.log(-logFalseAlarms!);
      const p = 1 / (1 + Math.exp(-(offset + slope * x)));
      g0 += Number(right) - p;
      g1 += (Number(right) - p) * x;
      h00 += p * (1 - p);
      h01 += p * (1 - p) * x;
      h11 += p * (1 - p) * x * x;
    }
    const determinant = h00 * h11 - h01 * h01;
    offset += (h11 * g0 - h01 * g1) / determinant;
    slope += (h00 * g1 - h01 * g0) / determinant;
  }
  return [round(offset), round(slope)];
}

const EDGES = [0, 0.5, 0.8, 0.9, 0.95, 0.99, 1];

/** Of the results of each range of confidence, how many there are and what share of them is right. */
const drawCurve = (rows: readonly Row[]) =>
  EDGES.slice(1).map((to, k) => {
    const from = EDGES[k];
    const inside = rows.filter(({ confidence: c }) => c >= from && (c < to || to === 1));
    const mean = (values: readonly number[]) =>
      values.length ? round(values.reduce((sum, value) => sum + value, 0) / values.length) : null;
    return {
      ...{ from, to, results: inside.length, confidence: mean(inside.map(({ confidence }) => confidence)) },
      right: mean(inside.map(({ right }) => Number(right))),
    };
  });

async function main(processes: number): Promise<void> {
  hasData('photos', 'pairs of photos');
  const lists = await Promise.all(Array.from({ length: processes }, (_, k) => gather(k, processes)));
  const rows = lists.flat().sort((a, b) => (a.kind + a.name < b.kind + b.name ? -1 : 1));
  const unrelated = rows.filter(({ kind }) => kind !== 'related');
  const accepted = unrelated.filter(({ found }) => found);
  const kinds = [...new Set(unrelated.map(({ kind }) => kind))].map((kind) => {
    const all = unrelated.filter((row) => row.kind === kind);
    return { kind, pairs: all.length, accepted: all.filter(({ found }) => found).length };
  });
  const related = rows.filter(({ kind }) => kind === 'related');
  const [learned, measured] = [true, false].map((part) => related.filter((row) => row.learned === part));
  const curve = drawCurve([...measured.filter(({ found }) => found), ...accepted]);
  const fit = (part: readonly Row[]) => (part.length ? fitCurve(part.filter(({ found }) => found)) : null);
  const fitted = { learned: fit(learned), all: fit(related) };
  const summary = {
    unrelated: { pairs: unrelated.length, accepted },
    kinds,
    related: {
      pairs: measured.length,
      found: measured.filter(({ found }) => found).length,
      right: measured.filter(({ right }) => right).length,
      ambiguous: related.filter(({ ambiguous }) => ambiguous).length,
    },
    curve,
    fitted,
  };
  console.log(
    saveResults('certainty', {
      machine: describeMachine(),
      right: `< ${RIGHT} px`,
      ...summary,
      rows: [...related, ...accepted],
    }),
  );
  printTable(
    ['unrelated', 'pairs', 'accepted'],
    kinds.map(({ kind, pairs, accepted: count }) => [kind, pairs, count]),
  );
  printTable(
    ['confidence', 'results', 'mean', 'share right'],
    curve.map(({ from, to, results, confidence, right }) => [
      `${from} to ${to}`,
      results,
      confidence ?? '-',
      right ?? '-',
    ]),
  );
  console.log('related', JSON.stringify(summary.related), 'fitted offset and slope', JSON.stringify(fitted));
}

const [first, ...rest] = process.argv.slice(2);
if (first === 'work') await work(Number(rest[0]), Number(rest[1]));
else await main(Number(first ?? 1));
