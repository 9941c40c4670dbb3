import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Image } from '../../src/core/types.ts';
import { openFrames, readFlow, readImage, writeImage } from '../../src/io/index.ts';
import { drawBlobs } from '../features/textures.ts';
import { writeFrames } from './images.ts';
import { STAND_IN, makeScratch, runCommand } from './run-command.ts';

const scratch = makeScratch();
const at = scratch.path;
const CLIP = at('clip.mp4');
const CLEAR = drawBlobs(64, 48);
const MODEL = ['--model', STAND_IN, '--backend', 'onnxruntime'];

beforeAll(() => writeFrames(CLIP, 6));
afterAll(() => scratch.remove());

const flow = (output: string, ...rest: string[]) =>
  runCommand(['flow', CLIP, '-o', at(output), ...MODEL, ...rest]);

async function countFrames(path: string): Promise<{ frames: number; width: number; height: number }> {
  const source = await openFrames(at(path));
  let frames = 0;
  for await (const { index } of source.frames()) frames = index + 1;
  const { width, height } = source;
  source.dispose();
  return { frames, width, height };
}

test('a video becomes a video with one flow for each frame but the last', async () => {
  const { code, stdout, stderr } = await flow('flow.mp4', '--json');
  expect(stderr).toMatch(/flow\.mp4: 5 flows of 64 x 48 by stand-in, \d+ ms each \(onnxruntime\)\n$/);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    model: 'stand-in',
    flows: 5,
    skipped: 0,
    width: 64,
    height: 48,
  });
  expect(await countFrames('flow.mp4')).toEqual({ frames: 5, width: 64, height: 48 });
});

test('what is transparent in the frames of a folder is unknown, and damage is told', async () => {
  mkdirSync(at('frames'));
  const { width, height } = await countFrames('clip.mp4');
  const rgba = Buffer.alloc(width * height * 4, 200).fill(0, 0, width * 4);
  const raw = { width, height, channels: 4 } as const;
  for (const name of ['0.png', '1.png']) await sharp(rgba, { raw }).png().toFile(at('frames', name));
  const jpeg = await sharp(CLEAR.data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 95 })
    .toBuffer();
  for (let i = jpeg.length >> 1, end = i + 40; i < end; i++) jpeg[i] = (jpeg[i] * 7 + 13) & 0x7f;
  writeFileSync(at('frames', '2.jpg'), jpeg);
  const { code, stdout, stderr } = await runCommand([
    ...['flow', at('frames'), '-o', at('unknown', '%d.npy'), '--json', ...MODEL],
  ]);
  expect(stderr).toMatch(/^Warning: .*2\.jpg is damaged: /);
  expect((JSON.parse(stdout) as { warnings: string[] }).warnings).toHaveLength(1);
  const { valid } = await readFlow(at('unknown', '1.npy'));
  expect([...valid!]).toEqual([...valid!].map((_, k) => (k < width ? 0 : 1)));
  expect(code).toBe(0);
});

test('a GIF, every second frame, smaller and side by side', async () => {
  const options = ['--every', '2', '--max-size', '32', '--overlay', 'side-by-side'];
  expect(await flow('flow.gif', ...options)).toMatchObject({ code: 0 });
  expect(await countFrames('flow.gif')).toEqual({ frames: 2, width: 64, height: 24 });
});

test('a folder of images is named after the frames, and resumes', async () => {
  const names = [0, 1, 2, 3, 4].map((i) => `${String(i).padStart(6, '0')}.png`);
  expect(await flow('images')).toMatchObject({ code: 0 });
  expect(scratch.list('images')).toEqual(names);
  const before = readFileSync(at('images', names[2]));
  const past = new Date(2001, 1, 1);
  for (const name of names) utimesSync(at('images', name), past, past);
  rmSync(at('images', names[2]));
  const resumed = await flow('images', '--json');
  expect(resumed.stderr).toContain('4 that were there already kept');
  expect(JSON.parse(resumed.stdout)).toMatchObject({ flows: 1, skipped: 4 });
  expect(readFileSync(at('images', names[2]))).toEqual(before);
  expect(statSync(at('images', names[1])).mtime).toEqual(past);
  expect(JSON.parse((await flow('images', '--json', '--force')).stdout)).toMatchObject({
    flows: 5,
    skipped: 0,
  });
  expect(statSync(at('images', names[1])).mtime).not.toEqual(past);
});

test('a folder of flow files holds both directions under --both, and resumes', async () => {
  expect(await flow('flows/%06d.flo', '--both')).toMatchObject({ code: 0 });
  expect(scratch.list('flows')).toHaveLength(10);
  expect(await readFlow(at('flows', '000003.backward.flo'))).toMatchObject({ width: 64, height: 48 });
  rmSync(at('flows', '000003.flo'));
  const { stdout } = await flow('flows/%06d.flo', '--both', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ flows: 1, skipped: 4 });
  expect(scratch.list('flows')).toHaveLength(10);
});

/** The mean whiteness of an image: the larger the scale, the paler the colours. */
const meanOf = ({ data }: Image): number => data.reduce((sum, value) => sum + value, 0) / data.length;

test('without --both nothing is left out, whatever the network takes for hidden', async () => {
  mkdirSync(at('unlike'));
  for (const value of [0, 255])
    await writeImage(at(`unlike/${value}.png`), {
      width: 16,
      height: 16,
      data: new Uint8Array(16 * 16 * 3).fill(value),
    });
  const command = ['flow', at('unlike'), '-o', at('unlike-flows/%06d.flo'), '--model', 'whither-flow'];
  expect(await runCommand(command)).toMatchObject({ code: 0 });
  const [name] = readdirSync(at('unlike-flows'));
  expect((await readFlow(at(`unlike-flows/${name}`))).valid).toBeUndefined();
});

test('--normalize takes the frame, the sequence or a fixed length', async () => {
  const meanWith = async (name: string, rule: string): Promise<number> => {
    expect(await flow(name, '--normalize', rule)).toMatchObject({ code: 0 });
    return meanOf(await readImage(at(name, '000001.png')));
  };
  const frame = await meanWith('by-frame', 'frame');
  const sequence = await meanWith('by-sequence', 'sequence');
  const fixed = await meanWith('by-number', '1000');
  expect(fixed).toBeGreaterThan(frame);
  expect(fixed).toBeGreaterThan(sequence);
  expect(fixed).toBeGreaterThan(250);
});

test('a folder of images is a sequence too, and its names are kept', async () => {
  await writeFrames(at('whole'), 3);
  const { code } = await runCommand(['flow', at('whole'), '-o', at('from-frames/*.png'), ...MODEL]);
  expect(code).toBe(0);
  expect(scratch.list('from-frames')).toEqual(scratch.list('whole').slice(0, 2));
});

test.each(['blend', 'arrows'])('--overlay %s draws on the frames', async (overlay) => {
  expect(await flow(`${overlay}.mp4`, '--overlay', overlay)).toMatchObject({ code: 0 });
  expect(await countFrames(`${overlay}.mp4`)).toEqual({ frames: 5, width: 64, height: 48 });
});

/** Waits for a file that is not complete or a temporary folder, however slowly the program starts. */
async function whenWriting(): Promise<void> {
  while (!scratch.list().some((entry) => entry.startsWith('.') || entry.startsWith('whither-')))
    await new Promise((resolve) => setTimeout(resolve, 50));
}

test.each([
  ['SIGINT', 130, 'long.mp4'],
  ['SIGTERM', 143, 'long-sequence.mp4'],
  ['SIGHUP', 129, 'long.gif'],
] as const)('%s leaves no broken file and exits with %i', async (signal, code, name) => {
  await writeFrames(at('long-clip.mp4'), 400).catch(() => undefined);
  const rule = name === 'long-sequence.mp4' ? 'sequence' : 'smooth';
  // Every pass of the schedule again, to be slow enough to be stopped amid the work.
  const slow = ['--schedule', Array(16).fill(1).join(), '--normalize', rule];
  const result = await runCommand(['flow', at('long-clip.mp4'), '-o', at(name), ...MODEL, ...slow], {
    env: { TMPDIR: scratch.path() },
    onStart: (child) => void whenWriting().then(() => child.kill(signal)),
  });
  expect(result.stderr).toBe(`whither: stopped by ${signal}; nothing half-written is left behind\n`);
  expect(result.code).toBe(code);
  expect(existsSync(at(name))).toBe(false);
  expect(scratch.list().filter((entry) => entry.startsWith('.') || entry.startsWith('whither-'))).toEqual([]);
});
