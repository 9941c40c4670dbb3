/**
 * Scores patch verification on real image pairs, by the library's own calls: `npm run bench:verify [-- MODEL...]`.
 * Without names all installed patch models and the classical measures. The image pairs lie where
 * `bench/data.md` says; nothing was trained on them.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLASSICAL_MEASURES, describePatches, similarities } from '../../src/api/features.ts';
import { averagePrecision, falsePositiveRateAtRecall, vectorDistance } from '../../src/api/evaluate.ts';
import { listModels, loadPatchModel } from '../../src/index.ts';
import type { Image, PatchModel } from '../../src/index.ts';
import { describeMachine, printTable, round, saveResults } from '../shared/measure.ts';
import { hasData } from '../data/folder.ts';
import { readPatchQuestions } from './patch-sheets.ts';
import type { PatchQuestion, PatchSheet } from './patch-sheets.ts';

/** Both in %. */
interface SetScore {
  readonly fpr95: number;
  readonly map: number;
}

/** A distance for every question, in their order. */
async function measureDistances(
  model: PatchModel,
  questions: readonly PatchQuestion[],
): Promise<Float64Array> {
  return model.describes ? compareDescriptors(model, questions) : comparePairs(model, questions);
}

/** Every patch is described once. */
async function compareDescriptors(
  model: PatchModel,
  questions: readonly PatchQuestion[],
): Promise<Float64Array> {
  const { measure } = model;
  if (measure.kind !== 'describer') throw new Error(`${model.name} makes no descriptors`);
  const rows = async (patches: readonly Image[]): Promise<Float32Array[]> => {
    const { count, length, data } = await describePatches(model, patches);
    return Array.from({ length: count }, (_, i) => data.subarray(i * length, (i + 1) * length));
  };
  const sheets = new Map<PatchSheet, readonly [Float32Array[], Float32Array[]]>();
  for (const { sheet } of questions)
    if (!sheets.has(sheet)) sheets.set(sheet, [await rows(sheet.patchesA), await rows(sheet.patchesB)]);
  return Float64Array.from(questions, ({ sheet, a, b }) => {
    const [rowsA, rowsB] = sheets.get(sheet)!;
    return vectorDistance(measure.metric, rowsA[a], rowsB[b]);
  });
}

async function comparePairs(model: PatchModel, questions: readonly PatchQuestion[]): Promise<Float64Array> {
  const patchesA = questions.map(({ sheet, a }) => sheet.patchesA[a]);
  const patchesB = questions.map(({ sheet, b }) => sheet.patchesB[b]);
  return (await similarities(model, patchesA, patchesB)).distances;
}

/** The figures of a list of distances, by set. */
function scoreSets(questions: readonly PatchQuestion[], distances: Float64Array): Record<string, SetScore> {
  const pick = (keep: (question: PatchQuestion) => boolean) => {
    const chosen = questions.map((question, i) => ({ question, i })).filter(({ question }) => keep(question));
    return {
      scores: chosen.map(({ i }) => -distances[i]),
      same: chosen.map(({ question }) => question.same),
    };
  };
  const sets = [...new Set(questions.map(({ sheet }) => sheet.set))];
  return Object.fromEntries(
    sets.map((set) => {
      const sheets = new Set(questions.filter(({ sheet }) => sheet.set === set).map(({ sheet }) => sheet));
      const precisions = [...sheets].map((sheet) =>
        averagePrecision(pick((question) => question.sheet === sheet)),
      );
      const fpr95 = 100 * falsePositiveRateAtRecall(pick(({ sheet }) => sheet.set === set));
      return [set, { fpr95, map: (100 * precisions.reduce((a, b) => a + b, 0)) / precisions.length }];
    }),
  );
}

async function chooseNames(): Promise<string[]> {
  if (process.argv.length > 2) return process.argv.slice(2);
  const installed = (await listModels()).map(({ manifest }) => manifest);
  const networks = installed.filter(
    ({ name, task }) => ['patch', 'pair'].includes(task) && name !== 'digits',
  );
  return [...CLASSICAL_MEASURES, ...networks.map(({ name }) => name)];
}

async function main(): Promise<void> {
  if (!hasData('homography', 'patch verification')) return;
  const scratch = mkdtempSync(join(tmpdir(), 'whither-bench-'));
  try {
    const questions = await readPatchQuestions(scratch);
    const models: Record<string, Record<string, SetScore>> = {};
    for (const name of await chooseNames()) {
      await using model = await loadPatchModel(name);
      const distances = await measureDistances(model, questions);
      const scores = scoreSets(questions, distances);
      models[name] = Object.fromEntries(
        Object.entries(scores).map(([set, { fpr95, map }]) => [
          set,
          { fpr95: round(fpr95), map: round(map) },
        ]),
      );
    }
    const sets = [...new Set(questions.map(({ sheet }) => sheet.set))];
    printTable(
      ['FPR95 / mAP, %', ...sets],
      Object.entries(models).map(([name, scores]) => [
        name,
        ...sets.map((set) => `${scores[set].fpr95.toFixed(1)} / ${scores[set].map.toFixed(1)}`),
      ]),
    );
    const all = process.argv.length === 2;
    if (all) {
      const path = saveResults('verify', { machine: describeMachine(['onnxruntime-node']), models });
      console.log(`\nWritten to ${path}`);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

await main();
