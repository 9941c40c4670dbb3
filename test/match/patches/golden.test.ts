import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FIXTURES } from '../../../fixtures/index.ts';
import { decodeNpyValues } from './npy.ts';
import { readImage } from '../../../src/io/index.ts';
import {
  describePatches,
  describeDense,
  loadPatchModel,
  similarities,
} from '../../../src/match/patches/index.ts';
import type { PatchImage } from '../../../src/match/patches/index.ts';
import { listModels } from '../../../src/runtime/index.ts';
import { TOLERANCE } from '../../tolerances.ts';

const golden = (name: string): string => join(FIXTURES.golden, name);
const installed = new Set((await listModels()).map(({ manifest }) => manifest.name));
const ready = (name: string): boolean => installed.has(name) && existsSync(golden(`${name}.npy`));

/** The left and the right column of the sheet: patches of 64 x 64 one below the other. */
async function readSheet(): Promise<[PatchImage[], PatchImage[]]> {
  const { width, height, data } = await readImage(golden('patches.png'));
  const side = width / 2;
  const cut = (left: number): PatchImage[] =>
    Array.from({ length: height / side }, (_, i) => ({
      width: side,
      height: side,
      data: Uint8Array.from(
        { length: side * side },
        (__, p) => data[((i * side + Math.floor(p / side)) * width + left + (p % side)) * 3],
      ),
    }));
  return [cut(0), cut(side)];
}

const readValues = async (name: string) => decodeNpyValues(await readFile(golden(name)));

test.skipIf(!ready('patchnet'))('patchnet describes patches as in PyTorch, of length 1', async () => {
  await using model = await loadPatchModel('patchnet');
  const { data, count, length } = await describePatches(model, (await readSheet()).flat());
  expect(data).toBeCloseToArray(await readValues('patchnet.npy'), TOLERANCE.descriptor);
  const lengths = Array.from({ length: count }, (_, i) =>
    Math.hypot(...data.subarray(i * length, (i + 1) * length)),
  );
  expect(lengths).toBeCloseToArray(new Array<number>(count).fill(1), TOLERANCE.descriptor);
});

test.skipIf(!ready('patchnet'))('patchnet describes a whole image as in PyTorch', async () => {
  await using model = await loadPatchModel('patchnet');
  const map = await describeDense(model, await readImage(FIXTURES.goldenA));
  expect([map.width, map.height, map.stride, map.origin]).toEqual([33, 25, 4, 15.5]);
  expect(map.data).toBeCloseToArray(await readValues('patchnet-dense.npy'), TOLERANCE.greyRounding);
});

const PAIR_NETWORKS = ['siam', 'pseudo-siam', '2ch', '2ch2stream', 'siam2stream', 'siam-spp'];

test.each(PAIR_NETWORKS.filter(ready))('%s scores pairs as in PyTorch', async (name) => {
  await using model = await loadPatchModel(name);
  const [left, right] = await readSheet();
  const next = [...right.slice(1), right[0]];
  const { scores } = await similarities(model, [...left, ...left], [...right, ...next]);
  expect(scores).toBeCloseToArray(await readValues(`${name}.npy`), TOLERANCE.descriptor);
});

test.each([...PAIR_NETWORKS, 'patchnet'].filter((name) => installed.has(name)))(
  '%s scores B against A as A against B where it says so, and patches without contrast by a number',
  async (name) => {
    await using model = await loadPatchModel(name);
    const [left, right] = await readSheet();
    const [forth, back] = [await similarities(model, left, right), await similarities(model, right, left)];
    if (model.symmetric) expect(back.scores).toBeCloseToArray(forth.scores, TOLERANCE.descriptor);
    // The last row is grey all over.
    expect(forth.scores.every(Number.isFinite)).toBe(true);
  },
);
