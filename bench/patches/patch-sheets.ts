/** The patch pairs of real images that the verification bench scores on. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readImage } from '../../src/index.ts';
import type { Image } from '../../src/index.ts';
import { listHomographyPairs } from '../data/homography-pairs.ts';

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

/** Writes the sheets into `scratch` and reads them. */
export async function readPatchQuestions(scratch: string): Promise<PatchQuestion[]> {
  const folder = join(scratch, 'sheets');
  const script = fileURLToPath(new URL('patch_sheets.py', import.meta.url));
  execFileSync('python3', [script, folder], { input: JSON.stringify(listHomographyPairs()) });
  const lines = readFileSync(join(folder, 'pairs.csv'), 'utf8').trim().split(/\r?\n/).slice(1);
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
