import { expect, it } from 'vitest';
import { createFrameSink, openFrames } from '../../src/io/index.ts';
import { paintImage, scratchFolder } from './scratch.ts';

const scratch = scratchFolder();
const TIMES = [0, 0.1, 0.2, 0.7, 1.2, 1.3];

it.each(['mp4', 'mkv', 'webm'])('a .%s keeps the times of its frames', async (extension) => {
  const path = scratch.path(`uneven.${extension}`);
  const size = { width: 64, height: 48 };
  const sink = await createFrameSink(path, { ...size, frameRate: 5, variableRate: true });
  for (const [i, time] of TIMES.entries()) {
    const level = 40 * i;
    await sink.write(
      paintImage(64, 48, () => [level, level, level]),
      undefined,
      time,
    );
  }
  await sink.close();
  const source = await openFrames(path);
  const read: number[] = [];
  for await (const { time } of source.frames()) read.push(Math.round(time! * 1000) / 1000);
  expect(source.variableRate).toBe(true);
  expect(read).toHaveLength(TIMES.length);
  read.forEach((time, i) => expect(Math.abs(time - TIMES[i])).toBeLessThan(0.002));
});

it('evenly spaced frames have no variable rate', async () => {
  const path = scratch.path('even.mp4');
  const sink = await createFrameSink(path, { width: 64, height: 48, frameRate: 25 });
  for (let i = 0; i < 6; i++) await sink.write(paintImage(64, 48, () => [40 * i, 0, 0]));
  await sink.close();
  expect((await openFrames(path)).variableRate).toBe(false);
});
