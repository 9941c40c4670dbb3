/**
 * Image search: `npm run bench:search [-- scenes|verify|speed|index]`.
 *
 * - `scenes`: mAP on photos of scenes; `verify`: the same with the first four results matched geometrically
 * - `speed`: processor time to describe a photo on one thread, decoding included, beside OpenCV's SIFT and VLAD
 * - `index`: processor time of a query among made vectors, and how many of the ten nearest it finds
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addImages, loadGlobalModel, openIndex, searchIndex, verifyResults } from '../../src/api/search.ts';
import type { PhotoIndex, SearchResult } from '../../src/api/search.ts';
import { readImage } from '../../src/index.ts';
import { prepareScan } from '../../kernels/scan/index.ts';
import { hasData } from '../data/folder.ts';
import { SCENES, TWICE, listScenePhotos } from '../data/scene-photos.ts';
import type { ScenePhoto } from '../data/scene-photos.ts';
import { describeMachine, printTable, saveResults, seededValues, watchOthers } from '../shared/measure.ts';
import { startPython } from '../shared/python.ts';

const parts = process.argv.slice(2);
const wanted = (part: string): boolean => !parts.length || parts.includes(part);
/** Milliseconds of processor time since the start. */
const processorTime = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];

async function indexPhotos(path: string, photos: readonly ScenePhoto[]): Promise<PhotoIndex> {
  const model = await loadGlobalModel(undefined, { threads: 1 });
  const index = await openIndex(path, { model });
  for await (const { file, state, reason } of addImages(
    index,
    model,
    photos.map((photo) => photo.path),
  ))
    if (state === 'failed') throw new Error(`${file}: ${reason}`);
  await model.dispose();
  return index;
}

/** The mean average precision and the share of queries whose first result is right, in %. */
function scoreRanks(
  ranks: ReadonlyMap<string, readonly SearchResult[]>,
  sceneOf: (file: string) => string,
): { readonly map: number; readonly first: number } {
  let [precision, first] = [0, 0];
  for (const [query, results] of ranks) {
    const right = results.map(({ file }) => sceneOf(file) === sceneOf(query));
    const total = right.filter(Boolean).length;
    let hits = 0;
    right.forEach((is, k) => {
      if (is) precision += ++hits / (k + 1) / total;
    });
    first += Number(right[0]);
  }
  return { map: (100 * precision) / ranks.size, first: (100 * first) / ranks.size };
}

async function rank(
  index: PhotoIndex,
  files: readonly string[],
  expand: number,
  verified: number,
): Promise<Map<string, SearchResult[]>> {
  const ranks = new Map<string, SearchResult[]>();
  for (const file of files) {
    const found = searchIndex(index, index.vector(file)!, { top: files.length, except: file, expand });
    const sure = verified
      ? await verifyResults(await readImage(file), found.slice(0, verified))
      : found.slice(0, verified);
    ranks.set(file, [...sure, ...found.slice(verified)]);
  }
  return ranks;
}

async function benchScenes(folder: string, verified: number): Promise<object[]> {
  const photos = listScenePhotos();
  const index = await indexPhotos(join(folder, 'scenes.index'), photos);
  const files = photos.map(({ path }) => path);
  const scenes = new Map(photos.map(({ path, scene }) => [path, scene]));
  const sceneOf = (file: string): string => scenes.get(file)!;
  const onceOf = (file: string): string => TWICE[sceneOf(file)] ?? sceneOf(file);
  const rows: { how: string; map: number; first: number; mapOnce: number }[] = [];
  for (const expand of verified ? [3] : [0, 3]) {
    const ranks = await rank(index, files, expand, verified);
    const how = `${expand ? 'expanded' : 'one search'}${verified ? `, ${verified} verified` : ''}`;
    rows.push({ how, ...scoreRanks(ranks, sceneOf), mapOnce: scoreRanks(ranks, onceOf).map });
  }
  await index.close();
  printTable(
    ['search', 'mAP', 'R@1', 'mAP, a scene that is there twice as one'],
    rows.map(({ how, map, first, mapOnce }) => [how, ...[map, first, mapOnce].map((v) => v.toFixed(1))]),
  );
  return rows;
}

/** Photos described by turns, in rounds. */
async function benchSpeed(folder: string): Promise<object> {
  const photos = listScenePhotos();
  const python = startPython(fileURLToPath(new URL('search_rivals.py', import.meta.url)));
  const [ours, theirs]: number[][] = [[], []];
  await (await indexPhotos(join(folder, 'warm.index'), photos.slice(0, 8))).close();
  for (let round = 0; round < 3; round++) {
    const start = processorTime();
    await (await indexPhotos(join(folder, `${round}.index`), photos)).close();
    ours.push((processorTime() - start) / photos.length);
    const files = photos.map(({ path }) => path);
    theirs.push((await python.ask<{ milliseconds: number }>({ describe: files })).milliseconds);
  }
  python.close();
  const result = { whither: median(ours), siftVlad: median(theirs) };
  console.log(
    `${result.whither.toFixed(1)} ms of processor time a photo, OpenCV's SIFT and VLAD ${result.siftVlad.toFixed(1)} ms: ` +
      `${(result.siftVlad / result.whither).toFixed(1)} times as fast`,
  );
  return result;
}

const [LENGTH, CLUSTERS, QUERIES, TOP] = [256, 2000, 20, 10];

/** Vectors about one of many centres, in 8 bits a number; a query is one of them with noise. */
function makeVectors(count: number): { data: Int8Array; norms: Float32Array } {
  const [centres, noise] = [seededValues(CLUSTERS * LENGTH, 1), seededValues(2 ** 20 + 7, 2)];
  const [data, norms] = [new Int8Array(count * LENGTH), new Float32Array(count)];
  for (let i = 0, n = 0; i < count; i++) {
    const centre = ((i * 7919) % CLUSTERS) * LENGTH;
    let squares = 0;
    for (let k = 0; k < LENGTH; k++) {
      n = (n + 1) % noise.length;
      const value = Math.round(63 * (centres[centre + k] + noise[n]));
      data[i * LENGTH + k] = value;
      squares += value ** 2;
    }
    norms[i] = Math.sqrt(squares);
  }
  return { data, norms };
}

function benchIndex(): object[] {
  const rows: object[] = [];
  const cells: string[][] = [];
  for (const count of [1e4, 1e5, 1e6]) {
    const { data, norms } = makeVectors(count);
    const scan = prepareScan({ count, length: LENGTH, data });
    const shortlist = Math.max(4000, count / 250);
    const [exactTimes, times]: number[][] = [[], []];
    let found = 0;
    const noise = seededValues(QUERIES * LENGTH, 3);
    for (let q = 0; q < QUERIES; q++) {
      const row = (q * 104729) % count;
      const query = Int8Array.from({ length: LENGTH }, (_, k) =>
        Math.max(-127, Math.min(127, data[row * LENGTH + k] + Math.round(50 * noise[q * LENGTH + k]))),
      );
      const timed = (list: number, into: number[]): Int32Array => {
        const start = processorTime();
        const { rows: best } = scan.run(query, { top: TOP, shortlist: list, norms });
        into.push(processorTime() - start);
        return best;
      };
      const exact = new Set(timed(count, exactTimes));
      found += timed(shortlist, times).filter((best) => exact.has(best)).length;
    }
    scan.dispose();
    const recall = found / QUERIES / TOP;
    rows.push({ count, exact: median(exactTimes), signsFirst: median(times), recall });
    cells.push([String(count), median(exactTimes).toFixed(1), median(times).toFixed(1), recall.toFixed(3)]);
  }
  printTable(['vectors', 'exact, ms', 'signs first, ms', 'recall of the ten nearest'], cells);
  return rows;
}

const folder = mkdtempSync(join(tmpdir(), 'whither-bench-'));
const others = watchOthers();
const results: Record<string, unknown> = { machine: describeMachine(['onnxruntime-node', 'sharp']) };
try {
  const photos = hasData(SCENES, 'scenes, verify and speed');
  if (photos && wanted('scenes')) results.scenes = await benchScenes(folder, 0);
  if (photos && wanted('verify')) results.verified = await benchScenes(folder, 4);
  if (photos && wanted('speed')) results.speed = await benchSpeed(folder);
  if (wanted('index')) results.index = benchIndex();
} finally {
  rmSync(folder, { recursive: true });
}
results.busyWithOthers = others();
console.log(saveResults(parts.length ? `search-${parts.join('-')}` : 'search', results));
