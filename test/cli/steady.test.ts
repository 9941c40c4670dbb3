import { existsSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openFrames } from '../../src/io/index.ts';
import { makeAvi } from '../io/avi.ts';
import { soundOf } from '../io/sound-of.ts';
import { makeScratch, runCommand } from './run-command.ts';

const scratch = makeScratch();
const at = scratch.path;
beforeAll(() => writeFileSync(at('in.avi'), makeAvi(64, 48, 5, 10)));
afterAll(() => scratch.remove());

const steady = (...args: string[]) => runCommand(['steady', at('in.avi'), ...args]);

test('a video keeps its frames, its size and its sound', async () => {
  const { code, stderr } = await steady('-o', at('out.mkv'), '--smoothing', '5', '--max-crop', '0.1');
  expect(stderr).toMatch(/out\.mkv: 5 frames, at most [\d.]+ % cropped, [\d.]+ frames a second/);
  expect(code).toBe(0);
  const source = await openFrames(at('out.mkv'));
  expect([source.width, source.height]).toEqual([64, 48]);
  expect((await soundOf(at('out.mkv'))).bytes).toBe(8000);
});

test.each<[string[], RegExp]>([
  [['-o', at('x.mp4'), '--max-crop', '0.9'], /share from 0 to 0\.5/],
  [['-o', at('x.mp4'), '--smoothing', 'much'], /number of frames/],
  [['-o', at('in.avi'), '--force'], /apart from the input/],
])('%j cannot be done, which one line tells', async (args, message) => {
  const { code, stderr } = await steady(...args);
  expect(stderr).toMatch(message);
  expect(code).toBe(1);
  expect(existsSync(at('x.mp4'))).toBe(false);
});
