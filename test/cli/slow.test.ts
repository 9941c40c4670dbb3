import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFrameSink, openFrames, writeImage } from '../../src/io/index.ts';
import { makeAvi } from '../io/avi.ts';
import { soundOf } from '../io/sound-of.ts';
import { frames } from '../track/scene.ts';
import { STAND_IN, makeScratch, runCommand } from './run-command.ts';

const scratch = makeScratch();
const at = scratch.path;

beforeAll(async () => {
  mkdirSync(at('frames'));
  for (const [i, image] of frames(3).entries()) await writeImage(at('frames', `${i}.png`), image);
  writeFileSync(at('sound.avi'), makeAvi(64, 48, 6, 10));
  const uneven = { width: 192, height: 128, frameRate: 5, variableRate: true };
  const sink = await createFrameSink(at('uneven.mp4'), uneven);
  for (const [i, image] of frames(4).entries()) await sink.write(image, undefined, [0, 0.1, 0.5, 0.6][i]);
  await sink.close();
});
afterAll(() => scratch.remove());

const slow = (input: string, ...args: string[]) => runCommand(['slow', at(input), ...args]);

async function timesOf(path: string): Promise<number[]> {
  const times: number[] = [];
  for await (const { time } of (await openFrames(path)).frames()) times.push(Math.round(100 * time!) / 100);
  return times;
}

test('a folder becomes a folder with a frame between each two', async () => {
  const { code, stderr } = await slow('frames', '-o', at('between/'), '--preset', 'fast');
  expect(stderr).toMatch(/between\/: 5 frames, [\d.]+ frames a second\n$/);
  expect(code).toBe(0);
  expect(scratch.list('between')).toHaveLength(5);
});

test('a video keeps its length and its sound, and has more frames a second', async () => {
  const { code } = await slow('sound.avi', '-o', at('smooth.mkv'), '--fps', '25', '--model', STAND_IN);
  expect(code).toBe(0);
  expect(await timesOf(at('smooth.mkv'))).toEqual(Array.from({ length: 13 }, (_, i) => (4 * i) / 100));
  expect((await soundOf(at('smooth.mkv'))).bytes).toBeGreaterThan(8000);
});

test('uneven times are kept, and stretched in slow motion, which has no sound', async () => {
  const how = ['--factor', '2', '--model', STAND_IN];
  expect((await slow('uneven.mp4', '-o', at('more.mp4'), ...how)).code).toBe(0);
  expect(await timesOf(at('more.mp4'))).toEqual([0, 0.05, 0.1, 0.3, 0.5, 0.55, 0.6]);
  expect((await slow('uneven.mp4', '-o', at('slow.mp4'), '--stretch', ...how)).code).toBe(0);
  expect(await timesOf(at('slow.mp4'))).toEqual([0, 0.1, 0.2, 0.6, 1, 1.1, 1.2]);
  expect((await slow('sound.avi', '-o', at('slow.mkv'), '--stretch', ...how)).code).toBe(0);
  expect((await soundOf(at('slow.mkv'))).bytes).toBe(0);
});

test.each<[string[], RegExp]>([
  [['-o', at('x.mp4'), '--factor', '1'], /whole number from 2 to 64/],
  [['-o', at('x.mp4'), '--factor', '2', '--fps', '30'], /^whither: Expected one of --factor and --fps/],
  [['-o', at('x.mp4'), '--fps', '30', '--stretch'], /^whither: Expected --factor with --stretch/],
  [['-o', at('x.mp4'), '--fps', '0'], /above 0/],
  [['-o', at('x.txt')], /^whither: Expected an output that ends in/],
  [['-o', at('frames')], /apart from the input/],
  [['-o', at('taken.mp4')], /exists: add --force/],
  [[], /required option/],
])('%j cannot be done, which one line tells, and nothing is written', async (args, message) => {
  writeFileSync(at('taken.mp4'), '');
  const { code, stderr } = await slow('frames', ...args);
  expect(stderr).toMatch(message);
  expect(code).toBe(1);
  expect(existsSync(at('x.mp4')) || existsSync(at('x.txt'))).toBe(false);
});

test('an interrupted run leaves nothing', async () => {
  const before = scratch.list();
  const args = ['slow', at('uneven.mp4'), '-o', at('gone.mp4'), '--factor', '64'];
  const { code, stderr } = await runCommand(args, {
    onStart: (child) => {
      const watch = setInterval(() => {
        // A file that is not complete.
        if (!scratch.list().some((name) => name.startsWith('.'))) return;
        clearInterval(watch);
        child.kill('SIGINT');
      }, 20);
    },
  });
  expect(stderr).toMatch(/stopped by SIGINT/);
  expect(code).toBe(130);
  expect(scratch.list()).toEqual(before);
});
