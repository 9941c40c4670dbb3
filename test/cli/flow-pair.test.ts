import { rmSync } from 'node:fs';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readFlow, readImage, readMask, writeImage } from '../../src/io/index.ts';
import { drawFrame } from './images.ts';
import { STAND_IN, makeScratch, runCommand } from './run-command.ts';

const scratch = makeScratch();
const A = scratch.path('a.png');
const B = scratch.path('b.png');
const MODEL = ['--model', STAND_IN, '--backend', 'onnxruntime'];

beforeAll(async () => {
  await writeImage(A, drawFrame(70, 50));
  await writeImage(B, drawFrame(70, 50, 1));
});
afterAll(() => scratch.remove());

test('a pair gives every file asked for, and statistics as JSON alone on stdout', async () => {
  const flow = scratch.path('flow.flo');
  const [color, occlusion, arrows] = ['color.png', 'occlusion.png', 'arrows.jpg'].map((n) => scratch.path(n));
  const images = ['--color', color, '--occlusion', occlusion, '--arrows', arrows];
  const { code, stdout, stderr } = await runCommand([
    ...['flow', A, B, '-o', flow, ...images, '--both', '--json', '--repeat', '3', ...MODEL],
  ]);
  expect(stderr).toMatch(/^70 x 50 by stand-in \(onnxruntime\) in \d+ ms, mean motion [\d.]+ px: .*\n/);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    model: 'stand-in',
    backend: 'onnxruntime',
    width: 70,
    height: 50,
    milliseconds: expect.any(Number),
    meanMagnitude: expect.any(Number),
    occludedShare: expect.any(Number),
  });
  for (const path of [flow, scratch.path('flow.backward.flo')])
    expect(await readFlow(path)).toMatchObject({ width: 70, height: 50 });
  expect(await readMask(occlusion)).toMatchObject({ width: 70, height: 50 });
  for (const path of [color, arrows]) expect(await readImage(path)).toMatchObject({ width: 70, height: 50 });
  expect(scratch.list().filter((name) => name.startsWith('.'))).toEqual([]);
});

test('images that have little in common are told so', async () => {
  const [plain, noise] = [scratch.path('plain.png'), scratch.path('noise.png')];
  await writeImage(plain, drawFrame(5, 5));
  await writeImage(noise, { width: 5, height: 5, data: Uint8Array.from({ length: 75 }, (_, i) => i * 89) });
  const { code, stderr } = await runCommand(['flow', plain, noise, '--json']);
  expect(code).toBe(0);
  expect(stderr).toContain('are both images of one scene?');
});

test('the format of the flow follows the extension', async () => {
  const paths = ['f.pfm', 'f.npy', 'f.png'].map((name) => scratch.path(name));
  for (const path of paths) {
    expect(await runCommand(['flow', A, B, '-o', path, ...MODEL])).toMatchObject({ code: 0, stdout: '' });
    expect(await readFlow(path)).toMatchObject({ width: 70, height: 50 });
  }
});

test('--max-size shrinks both images first', async () => {
  const { stdout } = await runCommand(['flow', A, B, '--json', '--max-size', '35', ...MODEL]);
  expect(JSON.parse(stdout)).toMatchObject({ width: 35, height: 25 });
});

test('--schedule replaces the passes of the model', async () => {
  const run = async (schedule: string): Promise<number> => {
    const { stdout } = await runCommand(['flow', A, B, '--json', '--schedule', schedule, ...MODEL]);
    return (JSON.parse(stdout) as { meanMagnitude: number }).meanMagnitude;
  };
  expect(await run('1')).not.toBe(await run('2,1'));
});

test('--tile is kept to, told, and checked', async () => {
  const [a, b] = [scratch.path('wide-a.png'), scratch.path('wide-b.png')];
  await writeImage(a, drawFrame(300, 40));
  await writeImage(b, drawFrame(300, 40, 1));
  const tiled = await runCommand(['flow', a, b, '--json', '--tile', '128', ...MODEL]);
  expect(tiled.stderr).toContain('300 x 40 by stand-in (onnxruntime, tiles of 128) in');
  expect(JSON.parse(tiled.stdout)).toMatchObject({ tile: 128 });
  const whole = await runCommand(['flow', a, b, '--json', '--tile', '0', ...MODEL]);
  expect(JSON.parse(whole.stdout)).not.toHaveProperty('tile');
  const small = await runCommand(['flow', a, b, '--json', '--tile', '20', ...MODEL]);
  expect(small).toMatchObject({ code: 1, stdout: '' });
  expect(small.stderr).toContain('Expected an integer of at least 128 for tile but received 20');
  const word = await runCommand(['flow', a, b, '--json', '--tile', 'big', ...MODEL]);
  expect(word.stderr).toContain('Expected auto, 0 or a number of pixels.');
});

describe('images of every kind give a flow of their size', () => {
  const rgb = drawFrame(20, 12).data;
  const raw = { width: 20, height: 12, channels: 3 } as const;
  const image = () => sharp(rgb, { raw });
  const kinds: [string, () => Sharp][] = [
    ['16-bit.png', () => image().toColourspace('rgb16').png()],
    ['grey.png', () => image().toColourspace('b-w').png()],
    ['alpha.png', () => image().ensureAlpha(0.5).png()],
    ['cmyk.jpg', () => image().toColourspace('cmyk').jpeg()],
    ['1 x 1.png', () => image().resize(1, 1).png()],
    ['5 x 7.png', () => image().resize(5, 7).png()],
  ];
  test.each(kinds)('%s', async (name, draw) => {
    const path = scratch.path(name);
    await draw().toFile(path);
    const { width, height } = await readImage(path);
    const { code, stdout } = await runCommand(['flow', path, path, '--json', ...MODEL]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ width, height });
  });
});

test('an output that exists is replaced with --force', async () => {
  const path = scratch.path('forced.flo');
  expect((await runCommand(['flow', A, B, '-o', path, ...MODEL])).code).toBe(0);
  expect((await runCommand(['flow', A, B, '-o', path, ...MODEL])).code).toBe(1);
  expect((await runCommand(['flow', A, B, '-o', path, '--force', ...MODEL])).code).toBe(0);
  rmSync(path);
});
