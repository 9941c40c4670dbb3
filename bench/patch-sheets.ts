/** The patch pairs of real images that the benches score on: made by a script beside the repository, not in it. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readImage } from '../src/index.ts';
import type { Image } from '../src/index.ts';

/** Scripts and data for measuring; absent on most machines. */
export const MEASURE = fileURLToPath(new URL('../../shared/measure', import.meta.url));

/** Patches of one image pair. */
export interface PatchSheet {
  readonly set: string;
  readonly name: string;
  readonly patchesA: readonly Image[];
  readonly patchesB: readonly Image[];
}

/** One question: does patch `a` of the sheet's first image show what patch `b` of its second shows? */
export interface PatchQuestion {
  readonly sheet: PatchSheet;
  readonly a: number;
  readonly b: number;
  readonly same: boolean;
}

/** NumPy 2 calls trapz by another name; the scripts know the old one. */
const SHIM = `
import os, runpy, sys, numpy
if not hasattr(numpy, 'trapz'): numpy.trapz = numpy.trapezoid
sys.argv = sys.argv[1:]
sys.path.insert(0, os.path.dirname(sys.argv[0]))
runpy.run_path(sys.argv[0], run_name='__main__')
`;

/** Runs a script of the measuring folder. */
export function runMeasure(script: string, args: readonly string[], scratch: string): string {
  return execFileSync('python3', ['-c', SHIM, join(MEASURE, script), ...args], {
    encoding: 'utf8',
    env: { ...process.env, MADE: scratch },
    maxBuffer: 2 ** 28,
  });
}

/** Writes the sheets into `scratch` and reads them. */
export async function readPatchQuestions(scratch: string): Promise<PatchQuestion[]> {
  const folder = join(scratch, 'sheets');
  runMeasure('patch_pairs.py', ['sheets', folder], scratch);
  const lines = readFileSync(join(folder, 'pairs.csv'), 'utf8').trim().split('\n').slice(1);
  const sheets = new Map<string, PatchSheet>();
  const questions: PatchQuestion[] = [];
  for (const [set, name, a, b, same] of lines.map((line) => line.split(','))) {
    const key = `${set}/${name}`;
    if (!sheets.has(key)) {
      const [patchesA, patchesB] = await Promise.all(
        ['a.png', 'b.png'].map(async (file) => splitSheet(await readImage(join(folder, key, file)))),
      );
      sheets.set(key, { set, name, patchesA, patchesB });
    }
    questions.push({ sheet: sheets.get(key)!, a: Number(a), b: Number(b), same: same === '1' });
  }
  return questions;
}

/** Squares one below the other. */
function splitSheet({ width, height, data }: Image): Image[] {
  return Array.from({ length: height / width }, (_, i) => ({
    width,
    height: width,
    data: data.subarray(i * width * width * 3, (i + 1) * width * width * 3),
  }));
}
