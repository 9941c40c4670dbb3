/**
 * One-shot verification of faces, by descriptors that were trained on no face: `npm run bench:faces [-- MODEL...]`. The
 * faces lie beside the repository, not in it.
 *
 * A face is compared with another place by place: each descriptor of the one with those of the other around the same
 * place, the best counts, both ways; the score is the mean cosine.
 */

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { areaUnderRoc, describeDense, equalErrorRate, falsePositiveRateAtRecall } from '../src/index.ts';
import { loadPatchModel, readImage } from '../src/index.ts';
import type { PatchModel } from '../src/index.ts';
import { describeMachine, printTable, saveResults } from './measure.ts';
import { MEASURE, runMeasure } from './patch-sheets.ts';

/** Pixels between the places compared, and places to each side that the best is looked for. */
const [STRIDE, REACH] = [8, 1];

interface FacePair {
  readonly a: string;
  readonly b: string;
  readonly same: 0 | 1;
}

/** The unit descriptors of a face on a grid, cell after cell. */
interface Face {
  readonly width: number;
  readonly height: number;
  readonly length: number;
  readonly cells: Float32Array;
}

async function describeFace(model: PatchModel, path: string): Promise<Face> {
  const map = await describeDense(model, await readImage(path), { stride: STRIDE });
  const step = Math.max(1, Math.round(STRIDE / map.stride));
  const [width, height] = [Math.ceil(map.width / step), Math.ceil(map.height / step)];
  const { channels: length } = map;
  const cells = new Float32Array(width * height * length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const cell = cells.subarray((y * width + x) * length, (y * width + x + 1) * length);
      for (let c = 0; c < length; c++) cell[c] = map.data[(c * map.height + y * step) * map.width + x * step];
      const size = Math.hypot(...cell);
      if (size > 0) cell.forEach((value, c) => (cell[c] = value / size));
    }
  return { width, height, length, cells };
}

/** The mean over A's places of the best cosine among B's places nearby. */
function compareOneWay(a: Face, b: Face): number {
  let sum = 0;
  for (let y = 0; y < a.height; y++)
    for (let x = 0; x < a.width; x++) {
      let best = -1;
      for (let v = Math.max(y - REACH, 0); v <= Math.min(y + REACH, b.height - 1); v++)
        for (let u = Math.max(x - REACH, 0); u <= Math.min(x + REACH, b.width - 1); u++)
          best = Math.max(best, product(a, y * a.width + x, b, v * b.width + u));
      sum += best;
    }
  return sum / (a.width * a.height);
}

function product(a: Face, i: number, b: Face, j: number): number {
  let sum = 0;
  for (let c = 0; c < a.length; c++) sum += a.cells[i * a.length + c] * b.cells[j * a.length + c];
  return sum;
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

async function scoreFaces(name: string, pairs: readonly FacePair[], scratch: string) {
  await using model = await loadPatchModel(name);
  const faces = new Map<string, Face>();
  for (const path of new Set(pairs.flatMap(({ a, b }) => [a, b])))
    faces.set(path, await describeFace(model, path));
  const scores = pairs.map(({ a, b }) => {
    const [faceA, faceB] = [faces.get(a)!, faces.get(b)!];
    return (compareOneWay(faceA, faceB) + compareOneWay(faceB, faceA)) / 2;
  });
  const path = join(scratch, 'similarities.txt');
  writeFileSync(path, `${scores.map((score) => score.toPrecision(17)).join('\n')}\n`);
  const reference = runMeasure('faces_verify.py', [path], scratch);
  const truth = { scores, same: pairs.map(({ same }) => same) };
  const auc = 100 * areaUnderRoc(truth);
  if (!(Math.abs(auc - Number(/AUC (\S+)/.exec(reference)?.[1])) <= 0.0501))
    throw new Error(`We say AUC ${auc} where the reference says ${reference}`);
  const percent = (share: number): number => Number((100 * share).toFixed(1));
  return {
    auc: Number(auc.toFixed(1)),
    eer: percent(equalErrorRate(truth)),
    falseAcceptsAt95: percent(falsePositiveRateAtRecall(truth)),
    oneShotNaming: percent(nameByOneShot(pairs, scores)),
  };
}

async function main(): Promise<void> {
  if (!existsSync(MEASURE)) throw new Error(`The faces are listed by ${MEASURE}, which is not here`);
  const scratch = mkdtempSync(join(tmpdir(), 'whither-bench-'));
  try {
    const lines = runMeasure('faces_verify.py', ['list'], scratch).trim().split('\n');
    const pairs = lines.map((line) => JSON.parse(line) as FacePair);
    const given = process.argv.slice(2);
    const models: Record<string, Awaited<ReturnType<typeof scoreFaces>>> = {};
    for (const name of given.length ? given : ['rootsift', 'patchnet'])
      models[name] = await scoreFaces(name, pairs, scratch);
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
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

await main();
