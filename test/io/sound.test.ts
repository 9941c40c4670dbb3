import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createFrameSink, openFrames } from '../../src/io/index.ts';
import { makeAvi } from './avi.ts';
import { paintImage, scratchFolder } from './scratch.ts';
import { soundOf } from './sound-of.ts';

const scratch = scratchFolder();
const withSound = (): string => scratch.path('sound.avi');
const SIZE = { width: 32, height: 16 };

/** Writes frames with the sound of a video. */
async function copySound(name: string, sound: string, frames: number, frameRate = 10): Promise<string> {
  const path = scratch.path(name);
  const sink = await createFrameSink(path, { ...SIZE, frameRate, sound });
  for (let i = 0; i < frames; i++) await sink.write(paintImage(32, 16, () => [20 * i, 0, 0]));
  await sink.close();
  return path;
}

it('sound is copied as it is and ends with the frames', async () => {
  writeFileSync(withSound(), makeAvi(32, 16, 10, 10));
  expect(await soundOf(withSound())).toMatchObject({ bytes: 16000 });
  const whole = await copySound('whole.mkv', withSound(), 10);
  expect(await soundOf(whole)).toMatchObject({ bytes: 16000 });
  const { bytes, last } = await soundOf(await copySound('half.mkv', withSound(), 5));
  expect(bytes).toBeGreaterThanOrEqual(8000);
  expect(bytes).toBeLessThan(10000);
  expect(last).toBeLessThan(0.5);
  let frames = 0;
  for await (const { image } of (await openFrames(whole)).frames()) frames += image.width === 32 ? 1 : 0;
  expect(frames).toBe(10);
});

it('a video without sound adds none', async () => {
  const silent = scratch.path('silent.mp4');
  const sink = await createFrameSink(silent, { ...SIZE, frameRate: 10 });
  await sink.write(paintImage(32, 16, () => [0, 0, 0]));
  await sink.close();
  expect(await soundOf(await copySound('none.mp4', silent, 2))).toEqual({ bytes: 0, last: -1 });
});

it('sound that a container cannot hold is refused before any frame, and nothing is left', async () => {
  writeFileSync(withSound(), makeAvi(32, 16, 10, 10));
  await expect(copySound('out.webm', withSound(), 2)).rejects.toThrow(
    /Expected sound that .*out\.webm can hold but that of .*sound\.avi is pcm_s16le: write \.mkv/,
  );
  await expect(copySound('gone.mkv', scratch.path('gone.avi'), 2)).rejects.toThrow(/gone\.avi/);
  expect((await scratch.list()).filter((name) => /out|gone/.test(name))).toEqual([]);
});

it('a video of more than 8 bits a colour is told', async () => {
  const path = scratch.path('deep.y4m');
  const frame = Buffer.alloc(2 * 1.5 * 32 * 16, 1);
  writeFileSync(path, Buffer.concat([Buffer.from('YUV4MPEG2 W32 H16 F10:1 C420p10\nFRAME\n'), frame]));
  const told: string[] = [];
  (await openFrames(path, { onWarning: (message) => told.push(message) })).dispose();
  expect(told).toEqual([`${path} has 10 bits a colour: its frames are read as 8 bits`]);
});
