import { mkdirSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readFlow, readImage, writeImage } from '../../src/io/index.ts';
import { refineFlow } from '../../src/api/flow.ts';
import { drawFrame } from './images.ts';
import { STAND_IN, makeScratch, runCommand } from './run-command.ts';

const scratch = makeScratch();
const [A, B] = ['a.png', 'b.png'].map((name) => scratch.path(name));
const MODEL = ['--model', STAND_IN, '--backend', 'onnxruntime'];

beforeAll(async () => {
  await writeImage(A, drawFrame(70, 50));
  await writeImage(B, drawFrame(70, 50, 1));
});
afterAll(() => scratch.remove());

test('--refine refines the flow of a pair, as refineFlow does', async () => {
  const [plain, refined] = ['plain.flo', 'refined.flo'].map((name) => scratch.path(name));
  expect(await runCommand(['flow', A, B, '-o', plain, ...MODEL])).toMatchObject({ code: 0 });
  expect(await runCommand(['flow', A, B, '-o', refined, '--refine', ...MODEL])).toMatchObject({ code: 0 });
  const before = await readFlow(plain);
  const { data } = await readFlow(refined);
  expect(data).not.toEqual(before.data);
  const same = await refineFlow(before, await readImage(A), await readImage(B));
  expect(data).toBeCloseToArray(same.data, 0.02);
});

test('--refine refines the flows of a sequence', async () => {
  const folder = scratch.path('frames');
  mkdirSync(folder);
  for (const i of [0, 1, 2]) await writeImage(`${folder}/${i}.png`, drawFrame(70, 50, i));
  const flows = async (...more: string[]) => {
    const out = scratch.path(`flows${more.length}`);
    const result = await runCommand(['flow', folder, '-o', `${out}/%06d.flo`, ...more, ...MODEL]);
    expect(result).toMatchObject({ code: 0 });
    const names = readdirSync(out).sort();
    expect(names).toHaveLength(2);
    return Promise.all(names.map((name) => readFlow(`${out}/${name}`)));
  };
  const [plain, refined] = [await flows(), await flows('--refine')];
  for (const i of [0, 1]) expect(refined[i].data).not.toEqual(plain[i].data);
});
