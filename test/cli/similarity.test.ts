import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SimilarityCommandOptions } from '../../src/cli/similarity/similarity-options.ts';
import { runSimilarity } from '../../src/cli/similarity/similarity-run.ts';
import { readImage, writeImage } from '../../src/io/index.ts';
import { fitMahalanobis, serializeMetric } from '../../src/match/metric/index.ts';
import { randomDescriptors } from '../match/descriptors.ts';
import { STAND_IN_PAIR, STAND_IN_PATCH } from '../match/patches/models.ts';
import { drawFrame } from './images.ts';
import { makeScratch, runCommand } from './run-command.ts';

const scratch = makeScratch();
const at = scratch.path;
const MODEL = ['--model', STAND_IN_PATCH];

beforeAll(async () => {
  mkdirSync(at('folder'));
  mkdirSync(at('empty'));
  await writeImage(at('a.png'), drawFrame(64, 48));
  await writeImage(at('b.png'), drawFrame(64, 48, 4));
  await writeImage(at('folder/near.png'), drawFrame(64, 48, 1));
  await writeImage(at('folder/far.png'), drawFrame(64, 48, 9));
  await writeImage(at('folder/query.png'), drawFrame(64, 48));
  await writeImage(at('tiny.png'), drawFrame(5, 5));
  writeFileSync(at('text.png'), 'This is a letter and no image.\n');
  writeFileSync(at('metric.json'), serializeMetric(fitMahalanobis(randomDescriptors(30, 6, 1))));
  writeFileSync(at('broken.json'), '{');
});
afterAll(() => scratch.remove());

const similarity = (...args: string[]) => runCommand(['similarity', ...args]);

test('two images have a score and a distance', async () => {
  const { code, stdout, stderr } = await similarity(at('a.png'), at('b.png'), ...MODEL);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^score +-\d\.\d{4} .*\ndistance +\d\.\d{4} +by l2.*\nmodel +stand-in-patch\n$/);
});

test('the same as JSON, by another metric, held against a threshold', async () => {
  const args = [at('a.png'), at('a.png'), ...MODEL, '--metric', 'cosine', '--threshold', '0.1', '--json'];
  const { stdout } = await similarity(...args);
  expect(JSON.parse(stdout)).toMatchObject({
    metric: 'cosine',
    same: true,
    threshold: 0.1,
    model: 'stand-in-patch',
  });
});

test('a metric that was fitted and saved is read from its file', async () => {
  const { stdout } = await similarity(
    at('a.png'),
    at('b.png'),
    ...MODEL,
    '--metric',
    at('metric.json'),
    '--json',
  );
  expect(JSON.parse(stdout)).toMatchObject({ metric: 'mahalanobis' });
});

test('a point is found again, and an image drawn of where it may be', async () => {
  const args = [at('a.png'), at('b.png'), ...MODEL, '--at', '30.5,20.5', '--map', at('map.png'), '--json'];
  const { code, stdout, stderr } = await similarity(...args);
  expect([code, stderr]).toEqual([0, '']);
  const found = JSON.parse(stdout) as { x: number; y: number; score: number };
  // The pattern moves by two pixels a frame to the right.
  expect(Math.hypot(found.x - 38.5, found.y - 20.5)).toBeLessThan(3);
  const map = await readImage(at('map.png'));
  expect([map.width, map.height]).toEqual([64, 48]);
});

test('a folder is ranked, the query left out', async () => {
  const { stdout } = await similarity(at('folder/query.png'), at('folder'), '--model', 'ncc');
  expect(stdout).toMatch(/^rank +score +distance +image\n1 .* near\.png\n2 .* far\.png\n$/);
  const { stdout: json } = await similarity(
    at('a.png'),
    at('folder'),
    '--model',
    'ncc',
    '--top',
    '1',
    '--json',
  );
  expect((JSON.parse(json) as { images: { file: string }[] }).images.map(({ file }) => file)).toEqual([
    'query.png',
  ]);
});

/** What the options of the command line become. */
const NEAREST = { model: STAND_IN_PATCH };

test.each<[string, string, Partial<SimilarityCommandOptions>, string]>([
  ['a.png', 'empty', { model: 'raw' }, 'Expected images (.png'],
  ['a.png', 'missing.png', { model: 'raw' }, 'there is no such file'],
  ['a.png', 'text.png', { model: 'raw' }, 'Expected an image at'],
  ['a.png', 'b.png', { model: 'nothing' }, 'Expected the name of an installed model'],
  ['a.png', 'b.png', { model: 'raw', metric: 'near' }, 'Expected one of l1, l2'],
  ['a.png', 'b.png', { metric: at('broken.json') }, 'broken.json'],
  ['a.png', 'b.png', { threshold: 3 }, 'Expected a distance from 0 to 2 for threshold'],
  ['a.png', 'b.png', { map: at('map.png') }, 'Expected --at x,y with --map'],
  ['a.png', 'b.png', { at: { x: 99, y: 1 } }, 'Expected a place inside the image, 0 to 63, for point.x'],
  ['a.png', 'b.png', { at: { x: 9, y: 1 }, map: at('a.png') }, 'Expected an output apart from the input'],
  ['a.png', 'b.png', { at: { x: 9, y: 1 }, map: at('map.xyz') }, 'Expected a name ending in .png'],
  ['a.png', 'tiny.png', { at: { x: 9, y: 1 } }, 'Expected an image of at least 8 x 8 pixels'],
  ['a.png', 'b.png', { top: 3 }, 'Expected a folder with --top'],
  ['a.png', 'folder', { at: { x: 9, y: 1 } }, 'Expected two images with --at but received a folder'],
  ['a.png', 'folder', { threshold: 1 }, 'Expected two images alone with --threshold'],
  ['a.png', 'b.png', { at: { x: 9, y: 1 }, metric: 'l1' }, 'Expected no --metric with --at'],
  ['a.png', 'b.png', { model: STAND_IN_PAIR, metric: 'l1' }, 'Expected no metric for stand-in-pair'],
])('%s and %s with %j are refused', async (imageA, imageB, options, message) => {
  await expect(runSimilarity(at(imageA), at(imageB), { ...NEAREST, ...options })).rejects.toThrow(message);
});

test('what is refused is one line on stderr', async () => {
  const { code, stdout, stderr } = await similarity(at('a.png'), at('empty'), '--model', 'raw');
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^whither: Expected images .* but there are none\n$/);
});

test('a point that is none is refused', async () => {
  const { code, stderr } = await similarity(at('a.png'), at('b.png'), '--at', '3');
  expect(code).toBe(1);
  expect(stderr).toContain('Expected x and y in pixels such as 320,240.');
});

test('--help shows examples', async () => {
  const { code, stdout } = await similarity('--help');
  expect(code).toBe(0);
  expect(stdout).toMatch(/Examples:\n {2}whither similarity /);
});
