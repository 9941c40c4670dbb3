import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openFrames, readImage, writeImage } from '../../src/io/index.ts';
import { frames } from '../track/scene.ts';
import { makeScratch, runCommand } from './run-command.ts';

const scratch = makeScratch();
const at = scratch.path;
const POINTS = at('points.json');

beforeAll(async () => {
  mkdirSync(at('frames'));
  for (const [i, image] of frames(4).entries()) await writeImage(at('frames', `${i}.png`), image);
  writeFileSync(POINTS, JSON.stringify([[100, 20], { x: 90, y: 60, frame: 2 }]));
});
afterAll(() => scratch.remove());

const track = (...args: string[]) => runCommand(['track', at('frames'), '--preset', 'fast', ...args]);

test('points become tracks with an entry for each frame, drawn where that is asked for', async () => {
  const { code, stderr } = await track('--points', POINTS, '-o', at('t.json'), '--draw', at('drawn/'));
  expect(stderr).toMatch(
    /t\.json: 4 frames, 2 points, 2 visible in the last frame, [\d.]+ frames a second\n$/,
  );
  expect(code).toBe(0);
  const { frames: count, tracks, cuts } = JSON.parse(readFileSync(at('t.json'), 'utf8'));
  expect([count, tracks.length, cuts]).toEqual([4, 2, []]);
  for (const { points, visible, confidence } of tracks) {
    expect([points.length, visible, confidence.length]).toEqual([4, [true, true, true, true], 4]);
    expect(points[3][0] - points[0][0]).toBeCloseTo(-6, 0);
  }
  expect(scratch.list('drawn')).toEqual(['0.png', '1.png', '2.png', '3.png']);
  const [drawn, plain] = [await readImage(at('drawn/3.png')), await readImage(at('frames/3.png'))];
  expect(drawn.data).not.toEqual(plain.data);
});

test('a grid goes to stdout and into a video', async () => {
  const { code, stdout } = await track('--grid', '6', '--draw', at('grid.mp4'));
  expect(code).toBe(0);
  expect(JSON.parse(stdout).tracks).toHaveLength(24);
  const source = await openFrames(at('grid.mp4'));
  expect(source.frameCount).toBe(4);
  source.dispose();
});

test('a box is followed and drawn', async () => {
  const { code, stderr } = await track('--box', '90,10,40,30', '-o', at('box.json'), '--draw', at('box/'));
  expect(stderr).toMatch(/box\.json: 4 frames, a box, seen in 4 frames, [\d.]+ frames a second\n$/);
  expect(code).toBe(0);
  const { frames: count, boxes, confidence } = JSON.parse(readFileSync(at('box.json'), 'utf8'));
  expect([count, boxes.length, confidence.length]).toEqual([4, 4, 4]);
  expect(boxes[3][0] - boxes[0][0]).toBeCloseTo(-6, 0);
  expect(scratch.list('box')).toHaveLength(4);
});

test.each<[string[], RegExp]>([
  [[], /^whither: Expected one of --points .* --grid .* --box/],
  [['--grid', '4', '--points', POINTS], /^whither: Expected one of --points/],
  [['--box', '1,2,3'], /Expected x,y,width,height/],
  [['--box', '300,2,30,30'], /^whither: Expected a box inside of 192 x 128 pixels/],
  [['--points', at('outside.json')], /inside of 192 x 128 pixels but received points\[0\] at \(500, 20\)/],
  [['--points', at('broken.json')], /^whither: Expected JSON in/],
  [['--points', at('taken.json')], /one point or more/],
  [['--grid', '4', '-o', at('taken.json')], /exists: add --force/],
  [['--grid', '4', '--draw', at('taken.mp4')], /exists: add --force/],
  [['--grid', '4', '--draw', at('frames')], /Expected an empty folder|apart from the input/],
  [['--grid', '4', '-o', at('t.txt')], /ending in \.json for -o/],
  [['--points', POINTS, '-o', POINTS, '--force'], /apart from the input/],
])('%j cannot be done, which one line tells, and nothing is written', async (args, message) => {
  writeFileSync(at('outside.json'), '[[500, 20]]');
  writeFileSync(at('broken.json'), '{"points": ');
  writeFileSync(at('taken.json'), '[]');
  writeFileSync(at('taken.mp4'), '');
  const { code, stdout, stderr } = await track(...args);
  expect(stderr).toMatch(message);
  // Before any frame is followed.
  expect(stderr).not.toContain('frames a second');
  expect([code, stdout]).toEqual([1, '']);
  expect(readFileSync(at('taken.json'), 'utf8')).toBe('[]');
  expect(existsSync(at('t.txt'))).toBe(false);
});
