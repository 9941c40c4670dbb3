import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { FIXTURES } from '../../fixtures/index.ts';
import { FileError, ShapeError } from '../../src/core/errors.ts';
import type { Image } from '../../src/core/types.ts';
import type { Frame, FrameSource } from '../../src/io/index.ts';
import { createFrameSink, openFrames, readImage, writeImage } from '../../src/io/index.ts';
import { rotateImage } from '../../src/io/image/rotate.ts';
import { createVideoSink, toRational, VIDEO_CONTAINERS } from '../../src/io/frames/video-sink.ts';
import { TOLERANCE } from '../tolerances.ts';
import { meanDifference, movingSquare, paintImage, scratchFolder } from './scratch.ts';

const scratch = scratchFolder();
const [WIDTH, HEIGHT, COUNT] = [96, 64, 12];
const samples = Array.from({ length: COUNT }, (_, i) => movingSquare(WIDTH, HEIGHT, i));

async function collect(source: FrameSource): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const frame of source.frames()) frames.push(frame);
  return frames;
}

async function writeFrames(path: string, images: readonly Image[], frameRate = 24): Promise<void> {
  const { width, height } = images[0];
  const sink = await createFrameSink(path, { width, height, frameRate, overwrite: true });
  for (const image of images) await sink.write(image);
  await sink.close();
}

/** The frames that come before an error, and the error. */
async function untilError(source: FrameSource): Promise<{ count: number; error: unknown }> {
  let count = 0;
  try {
    for await (const frame of source.frames()) count += frame.image.data.length > 0 ? 1 : 0;
    return { count, error: undefined };
  } catch (error) {
    return { count, error };
  }
}

describe.each([
  { extension: 'mp4', tolerance: TOLERANCE.video, kind: 'video' },
  { extension: 'mov', tolerance: TOLERANCE.video, kind: 'video' },
  { extension: 'mkv', tolerance: TOLERANCE.video, kind: 'video' },
  { extension: 'webm', tolerance: TOLERANCE.video, kind: 'video' },
  { extension: 'gif', tolerance: TOLERANCE.gif, kind: 'gif' },
])('.$extension', ({ extension, tolerance, kind }) => {
  it('keeps count, order, size, frame rate and, within the codec, content', async () => {
    const path = scratch.path(`kept.${extension}`);
    await writeFrames(path, samples, 25);
    const source = await openFrames(path);
    expect(source).toMatchObject({ kind, width: WIDTH, height: HEIGHT });
    expect(source.frameRate).toBeCloseTo(25, 1);
    expect(source.frameCount).toBe(COUNT);
    const frames = await collect(source);
    expect(frames.map(({ index }) => index)).toEqual([...Array(COUNT).keys()]);
    for (const { index, image } of frames)
      expect(meanDifference(image, samples[index]), `frame ${index}`).toBeLessThan(tolerance);
  });

  it('leaves nothing behind when it is aborted', async () => {
    const folder = `aborted-${extension}`;
    await mkdir(scratch.path(folder));
    const sink = await createFrameSink(scratch.path(folder, `out.${extension}`), {
      width: WIDTH,
      height: HEIGHT,
      frameRate: 25,
    });
    await sink.write(samples[0]);
    // Not awaited: an interrupt comes in the middle of a frame.
    const writing = sink.write(samples[1]);
    await sink.abort();
    await writing;
    await sink.abort();
    expect(await scratch.list(folder)).toEqual([]);
    await expect(sink.write(samples[2])).rejects.toThrow(/was closed/);
  });

  it('is seen under its name only when it is complete, and refuses one that exists', async () => {
    const folder = `whole-${extension}`;
    await mkdir(scratch.path(folder));
    const path = scratch.path(folder, `out.${extension}`);
    const options = { width: WIDTH, height: HEIGHT, frameRate: 25 };
    const sink = await createFrameSink(path, options);
    await sink.write(samples[0]);
    expect(await scratch.list(folder)).not.toContain(`out.${extension}`);
    await sink.close();
    await sink.abort();
    expect(await scratch.list(folder)).toEqual([`out.${extension}`]);
    await expect(createFrameSink(path, options)).rejects.toThrow(/exists: pass overwrite/);
  });

  it('refuses frames of another size, and to end without a frame', async () => {
    const path = scratch.path(`wrong.${extension}`);
    const sink = await createFrameSink(path, { width: WIDTH, height: HEIGHT + 1, frameRate: 25 });
    await expect(sink.write(samples[0])).rejects.toThrow(ShapeError);
    await expect(sink.close()).rejects.toThrow(/at least one frame/);
    expect((await scratch.list()).filter((name) => name.includes('wrong'))).toEqual([]);
  });

  it('gives every second frame and smaller frames when asked', async () => {
    const path = scratch.path(`fewer.${extension}`);
    await writeFrames(path, samples, 20);
    const source = await openFrames(path, { every: 5, maxSize: 48 });
    expect(source).toMatchObject({ width: 48, height: 32 });
    expect(source.frameRate).toBeCloseTo(4, 1);
    expect(source.frameCount).toBe(3);
    const frames = await collect(source);
    expect(frames.map(({ index }) => index)).toEqual([0, 5, 10]);
    const small = await sharp(samples[5].data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
      .resize(48, 32)
      .raw()
      .toBuffer();
    const expected = { width: 48, height: 32, data: new Uint8Array(small) };
    expect(meanDifference(frames[1].image, expected)).toBeLessThan(tolerance + 1);
  });

  it('starts over at each call of frames(), stops when disposed', async () => {
    const path = scratch.path(`again.${extension}`);
    await writeFrames(path, samples.slice(0, 4));
    const source = await openFrames(path);
    expect(await collect(source)).toEqual(await collect(source));
    let seen = 0;
    for await (const frame of source.frames()) {
      seen += frame.image.width > 0 ? 1 : 0;
      source.dispose();
    }
    expect(seen).toBe(1);
  });
});

describe('video', () => {
  it('of odd sizes is padded by one row and column to even ones', async () => {
    // Without edges: beside those, halved colour resolution alone costs more than a misplaced column would.
    const odd = paintImage(35, 27, (x, y) => [20 + 6 * x, 250 - 8 * y, 60 + 3 * x + 2 * y]);
    await writeFrames(scratch.path('odd.mp4'), [odd, odd]);
    const [{ image }] = await collect(await openFrames(scratch.path('odd.mp4')));
    expect([image.width, image.height]).toEqual([36, 28]);
    const repeated = paintImage(36, 28, (x, y) => {
      const at = (Math.min(y, 26) * 35 + Math.min(x, 34)) * 3;
      return [odd.data[at], odd.data[at + 1], odd.data[at + 2]];
    });
    expect(meanDifference(image, repeated)).toBeLessThan(TOLERANCE.video);
  });

  it.each([
    [1, 1],
    [5, 7],
  ])('can be as small as %i x %i', async (width, height) => {
    const path = scratch.path(`small-${width}.mp4`);
    await writeFrames(path, Array(3).fill(paintImage(width, height, () => [200, 30, 60])));
    expect((await collect(await openFrames(path))).length).toBe(3);
  });

  it('keeps saturated colours: white, black, red, green and blue', async () => {
    const colours = [
      [255, 255, 255],
      [0, 0, 0],
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
    ] as const;
    const bars = paintImage(160, 32, (x) => colours[Math.floor(x / 32)]);
    await writeFrames(scratch.path('bars.mp4'), [bars, bars]);
    const [{ image }] = await collect(await openFrames(scratch.path('bars.mp4')));
    colours.forEach((colour, i) => {
      const at = (16 * 160 + i * 32 + 16) * 3;
      expect([...image.data.subarray(at, at + 3)]).toBeCloseToArray(colour, TOLERANCE.videoFlat);
    });
  });

  it('falls back to MPEG-4 part 2 where FFmpeg lacks H.264 encoders', async () => {
    const container = { ...VIDEO_CONTAINERS['.mp4'], encoders: [{ name: 'none', options: {} }] };
    const options = { width: WIDTH, height: HEIGHT, frameRate: 25 };
    await expect(createVideoSink(scratch.path('x.mp4'), options, container)).rejects.toThrow(
      /among none but/,
    );
    const fallback = {
      ...container,
      encoders: [...container.encoders, ...VIDEO_CONTAINERS['.mp4'].encoders.slice(2)],
    };
    const sink = await createVideoSink(scratch.path('part2.mp4'), options, fallback);
    for (const sample of samples) await sink.write(sample);
    await sink.close();
    const frames = await collect(await openFrames(scratch.path('part2.mp4')));
    expect(frames.length).toBe(COUNT);
    expect(meanDifference(frames[5].image, samples[5])).toBeLessThan(TOLERANCE.video);
  });

  it('reads the clip of the fixtures: 40 frames at 15 a second', async () => {
    const source = await openFrames(FIXTURES.clip, { every: 13 });
    expect(source).toMatchObject({ width: 640, height: 480, frameCount: 4 });
    expect(source.frameRate).toBeCloseTo(15 / 13, 6);
    const frames = await collect(source);
    expect(frames.map(({ name }) => name)).toEqual(['000000', '000013', '000026', '000039']);
    // Frame 160 of the original is number 28 of the clip.
    const [pair] = (await collect(await openFrames(FIXTURES.clip, { every: 28 }))).slice(1);
    expect(meanDifference(pair.image, await readImage(FIXTURES.boxA))).toBeLessThan(TOLERANCE.video);
  });

  it('turns what a telephone recorded on its side', async () => {
    const path = scratch.path('turned.mp4');
    await writeFrames(path, samples.slice(0, 2));
    const bytes = await readFile(path);
    // The track header's matrix, in 16.16 fixed point: a quarter turn clockwise, shifted back into view.
    const matrix = bytes.indexOf('tkhd') + 4 + 40;
    const quarter = [0, 0x10000, 0, -0x10000, 0, 0, HEIGHT << 16, 0, 0x40000000];
    quarter.forEach((value, i) => bytes.writeInt32BE(value, matrix + 4 * i));
    await writeFile(path, bytes);
    const source = await openFrames(path);
    expect([source.width, source.height]).toEqual([HEIGHT, WIDTH]);
    const [{ image }] = await collect(source);
    expect(meanDifference(image, rotateImage(samples[0], 1))).toBeLessThan(TOLERANCE.video);
  });

  it('gives its whole frames and then an error when it is cut short', async () => {
    const bytes = await readFile(FIXTURES.clip);
    await writeFile(scratch.path('cut.mp4'), bytes.subarray(0, bytes.length / 2));
    const { count, error } = await untilError(await openFrames(scratch.path('cut.mp4'), { maxSize: 64 }));
    expect(count).toBeGreaterThan(5);
    expect(count).toBeLessThan(40);
    expect(error).toBeInstanceOf(FileError);
    expect((error as Error).message).toMatch(
      /Expected 40 frames in .*cut\.mp4 but it ends after \d+: .* cut short/,
    );
  });

  it.each(['mkv', 'webm'])(
    'gives its whole frames and then an error when a .%s is cut short',
    async (extension) => {
      const path = scratch.path(`cut.${extension}`);
      const noise = samples.flatMap(({ width, height, data }, k) =>
        samples.map(() => ({ width, height, data: data.map((v, i) => v ^ ((i * (k + 7) * 31) & 63)) })),
      );
      await writeFrames(path, noise);
      const bytes = await readFile(path);
      await writeFile(path, bytes.subarray(0, bytes.length * 0.6));
      const { count, error } = await untilError(await openFrames(path));
      expect(count).toBeGreaterThan(5);
      expect(count).toBeLessThan(noise.length);
      expect((error as Error).message).toMatch(/it ends after \d+: the file is cut short/);
    },
  );

  it('tells how many frames have lost data', async () => {
    const path = scratch.path('lost.mp4');
    await writeFrames(
      path,
      Array.from({ length: 30 }, (_, i) => movingSquare(WIDTH, HEIGHT, i % COUNT)),
    );
    const bytes = await readFile(path);
    const warningsOf = async (): Promise<string[]> => {
      const told: string[] = [];
      const source = await openFrames(path, { onWarning: (message) => told.push(message) });
      for await (const { index } of source.frames()) expect(index).toBeLessThan(30);
      return told;
    };
    expect(await warningsOf()).toEqual([]);
    const middle = Math.floor(bytes.length * 0.6);
    for (let i = middle; i < middle + 100; i++) bytes[i] = (bytes[i] * 31 + i) & 0xff;
    await writeFile(path, bytes);
    expect((await warningsOf()).join()).toMatch(
      /^[^,]*lost\.mp4 has lost data: \d+ of 30 frames are damaged or missing$/,
    );
  });

  it('is refused where it is text, empty, cut within its header or missing', async () => {
    await writeFile(scratch.path('text.mp4'), 'no video at all');
    await expect(openFrames(scratch.path('text.mp4'))).rejects.toThrow(/Expected a video at .*text\.mp4/);
    await writeFile(scratch.path('empty.mp4'), '');
    await expect(openFrames(scratch.path('empty.mp4'))).rejects.toThrow(/the file is empty/);
    await writeFile(scratch.path('stub.mp4'), (await readFile(FIXTURES.clip)).subarray(0, 100));
    await expect(openFrames(scratch.path('stub.mp4'))).rejects.toThrow(FileError);
    await expect(openFrames(scratch.path('missing.mp4'))).rejects.toThrow(
      /missing\.mp4 but there is nothing/,
    );
  });

  it('holds no more than a few frames at a time, however long it is', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const seen: WeakRef<Uint8Array>[] = [];
    for await (const { image } of (await openFrames(FIXTURES.clip, { maxSize: 160 })).frames())
      seen.push(new WeakRef(image.data));
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    expect(seen.length).toBe(40);
    expect(seen.filter((ref) => ref.deref() !== undefined).length).toBeLessThanOrEqual(3);
  });

  it('is decoded no further than it is asked for', async () => {
    // The second half is missing, which nobody notices who stops before it.
    const bytes = await readFile(FIXTURES.clip);
    await writeFile(scratch.path('half.mp4'), bytes.subarray(0, bytes.length / 2));
    let seen = 0;
    for await (const frame of (await openFrames(scratch.path('half.mp4'), { maxSize: 64 })).frames())
      if (++seen === 5) expect(frame.index).toBe(4);
      else if (seen === 6) break;
    expect(seen).toBe(6);
  });
});

describe('GIF', () => {
  it('plays at the frame rate on average, by delays of whole hundredths of a second', async () => {
    await writeFrames(scratch.path('rate.gif'), samples, 15);
    const { delay, loop, pages } = await sharp(scratch.path('rate.gif'), { animated: true }).metadata();
    expect(pages).toBe(COUNT);
    expect(loop).toBe(0);
    expect(delay!.reduce((sum, d) => sum + d, 0)).toBe((1000 * COUNT) / 15);
    expect(new Set(delay)).toEqual(new Set([60, 70]));
  });

  it('keeps few colours to the last bit but one', async () => {
    const flags = samples.map((_, i) =>
      paintImage(40, 30, (x, y) => (x < y + i ? [255, 0, 0] : [10, 200, 30])),
    );
    await writeFrames(scratch.path('flags.gif'), flags);
    const frames = await collect(await openFrames(scratch.path('flags.gif')));
    frames.forEach(({ image }, i) => expect(image.data).toBeCloseToArray(flags[i].data, TOLERANCE.gifFlat));
  });

  it('with more images than are decoded together comes in the right order', async () => {
    const many = Array.from({ length: 70 }, (_, i) => paintImage(8, 8, () => [i * 3, 255 - i * 3, 0]));
    await writeFrames(scratch.path('many.gif'), many);
    const frames = await collect(await openFrames(scratch.path('many.gif')));
    expect(frames.map(({ image }) => image.data[0])).toBeCloseToArray(
      many.map(({ data }) => data[0]),
      TOLERANCE.gifFlat,
    );
  });

  it('is refused where it is text, and gives its whole frames and an error where it is cut short', async () => {
    await writeFile(scratch.path('text.gif'), 'GIF90 or so they say');
    await expect(openFrames(scratch.path('text.gif'))).rejects.toThrow(/of no format that is read/);
    await writeFrames(scratch.path('whole.gif'), samples);
    const bytes = await readFile(scratch.path('whole.gif'));
    await writeFile(scratch.path('cut.gif'), bytes.subarray(0, bytes.length * 0.6));
    const { count, error } = await untilError(await openFrames(scratch.path('cut.gif')));
    expect(count).toBeGreaterThan(4);
    expect(count).toBeLessThan(COUNT);
    expect((error as Error).message).toMatch(/cut\.gif but it ends after \d: the file is cut short/);
  });
});

describe('image files', () => {
  beforeAll(async () => {
    await mkdir(scratch.path('numbered'));
    for (const n of [1, 2, 10, 9]) await writeImage(scratch.path('numbered', `frame${n}.png`), samples[n]);
    await writeFile(scratch.path('numbered', 'notes.txt'), 'not an image');
    await writeFile(scratch.path('numbered', '.hidden.png'), 'not an image either');
  });

  it('come in the natural order of their names, other files left out', async () => {
    const source = await openFrames(scratch.path('numbered'));
    expect(source).toMatchObject({
      kind: 'images',
      width: WIDTH,
      height: HEIGHT,
      frameCount: 4,
      frameRate: 25,
    });
    const frames = await collect(source);
    expect(frames.map(({ name }) => name)).toEqual(['frame1', 'frame2', 'frame9', 'frame10']);
    expect(frames[2].image).toEqual(samples[9]);
  });

  it('can be chosen by a numbered pattern or a star', async () => {
    const names = async (pattern: string): Promise<string[]> =>
      (await collect(await openFrames(scratch.path('numbered', pattern)))).map(({ name }) => name);
    expect(await names('frame%d.png')).toEqual(['frame1', 'frame2', 'frame9', 'frame10']);
    expect(await names('frame%02d.png')).toEqual(['frame10']);
    expect(await names('frame1*.png')).toEqual(['frame1', 'frame10']);
    expect(await names('fr?me2.png')).toEqual(['frame2']);
    await expect(names('frame%04d.png')).rejects.toThrow(/fit the pattern .*%04d\.png but there are none/);
    await expect(openFrames(scratch.path('nowhere', '%d.png'))).rejects.toThrow(/Expected a folder/);
  });

  it('can be thinned out and made smaller', async () => {
    const source = await openFrames(scratch.path('numbered'), { every: 3, maxSize: 32 });
    expect(source).toMatchObject({ frameCount: 2, width: 32, height: 21 });
    const frames = await collect(source);
    expect(frames.map(({ index, name, image }) => [index, name, image.width, image.height])).toEqual([
      [0, 'frame1', 32, 21],
      [3, 'frame10', 32, 21],
    ]);
  });

  it('of different sizes are refused, both named', async () => {
    await mkdir(scratch.path('mixed'));
    await writeImage(scratch.path('mixed', 'a.png'), movingSquare(40, 30, 0));
    await writeImage(scratch.path('mixed', 'b.png'), movingSquare(40, 31, 0));
    const { count, error } = await untilError(await openFrames(scratch.path('mixed')));
    expect(count).toBe(1);
    expect((error as Error).message).toMatch(/one size but .*a\.png is 40 x 30 and .*b\.png is 40 x 31/);
  });

  it('may be one alone, as a folder or by name, but not none', async () => {
    await mkdir(scratch.path('single'));
    await writeImage(scratch.path('single', 'only.png'), samples[0]);
    expect((await openFrames(scratch.path('single'))).frameCount).toBe(1);
    expect((await openFrames(scratch.path('single', 'only.png'))).frameCount).toBe(1);
    await mkdir(scratch.path('none'));
    await expect(openFrames(scratch.path('none'))).rejects.toThrow(/none but there are none/);
  });

  it('that are damaged are refused when their turn comes', async () => {
    await mkdir(scratch.path('damaged'));
    await copyFile(scratch.path('numbered', 'frame1.png'), scratch.path('damaged', '1.png'));
    const whole = await readFile(scratch.path('numbered', 'frame1.png'));
    await writeFile(scratch.path('damaged', '2.png'), whole.subarray(0, whole.length / 2));
    const { count, error } = await untilError(await openFrames(scratch.path('damaged')));
    expect(count).toBe(1);
    expect((error as Error).message).toMatch(/2\.png but it could not be decoded/);
  });
});

describe('a folder as output', () => {
  const options = { width: WIDTH, height: HEIGHT, frameRate: 25 };

  it('is made where it is not there, and holds numbered PNG files without loss', async () => {
    await writeFrames(scratch.path('deep/er/') + '/', samples.slice(0, 3));
    expect(await scratch.list('deep', 'er')).toEqual(['000000.png', '000001.png', '000002.png']);
    expect(await readImage(scratch.path('deep', 'er', '000002.png'))).toEqual(samples[2]);
  });

  it('keeps what is there when it resumes, and adds the rest', async () => {
    const path = scratch.path('resumed');
    const first = await createFrameSink(path, options);
    await first.write(samples[0], 'a');
    await first.write(samples[1], 'b');
    await first.abort();
    expect(await scratch.list('resumed')).toEqual(['a.png', 'b.png']);
    const second = await createFrameSink(path, { ...options, resume: true });
    expect([...second.existing].sort()).toEqual(['a', 'b']);
    await second.write(samples[5], 'b');
    await second.write(samples[2], 'c');
    await second.close();
    expect(await scratch.list('resumed')).toEqual(['a.png', 'b.png', 'c.png']);
    expect(await readImage(scratch.path('resumed', 'b.png'))).toEqual(samples[1]);
  });

  it('is refused when it is not empty, and overwritten name by name when told so', async () => {
    const path = scratch.path('full');
    await writeFrames(path, samples.slice(0, 2));
    await writeFile(scratch.path('full', 'notes.txt'), 'keep me');
    await expect(createFrameSink(path, options)).rejects.toThrow(
      /has 3 entries: pass overwrite .* or resume/,
    );
    await writeFrames(path, [samples[7]]);
    expect(await scratch.list('full')).toEqual(['000000.png', '000001.png', 'notes.txt']);
    expect(await readImage(scratch.path('full', '000000.png'))).toEqual(samples[7]);
  });

  it('is gone again when it is aborted before its first frame', async () => {
    const sink = await createFrameSink(scratch.path('vain'), options);
    await sink.abort();
    expect(await scratch.list()).not.toContain('vain');
  });

  it('refuses a file in its way, names that leave it and names that come twice', async () => {
    await writeFile(scratch.path('blocked'), '');
    await expect(createFrameSink(scratch.path('blocked'), options)).rejects.toThrow(/file is in the way/);
    const sink = await createFrameSink(scratch.path('names'), options);
    await expect(sink.write(samples[0], '../escape')).rejects.toThrow(/Expected a file name/);
    await sink.write(samples[0], 'same');
    await expect(sink.write(samples[0], 'same')).rejects.toThrow(/came twice/);
  });
});

describe('arguments', () => {
  it('are checked: extension, sizes, frame rate, every, maxSize, source', async () => {
    const options = { width: WIDTH, height: HEIGHT, frameRate: 25 };
    await expect(createFrameSink(scratch.path('x.avi'), options)).rejects.toThrow(
      /\.mp4, .*\.gif or \/ for a folder/,
    );
    await expect(createFrameSink(scratch.path('x.mp4'), { ...options, width: 0 })).rejects.toThrow(
      RangeError,
    );
    await expect(createFrameSink(scratch.path('x.mp4'), { ...options, frameRate: 0 })).rejects.toThrow(
      /frameRate/,
    );
    await expect(createFrameSink(scratch.path('no', 'x.mp4'), options)).rejects.toThrow(/create it first/);
    await writeFile(scratch.path('plain'), '');
    await expect(createFrameSink(scratch.path('plain', 'out'), options)).rejects.toThrow(FileError);
    await expect(openFrames(FIXTURES.clip, { maxPixels: 1000 })).rejects.toThrow(/claims 640 x 480/);
    await expect(openFrames(FIXTURES.boxA, { maxPixels: 1000 })).rejects.toThrow(/raise maxPixels/);
    await expect(openFrames(FIXTURES.clip, { every: 0 })).rejects.toThrow(/every/);
    await expect(openFrames(FIXTURES.clip, { maxSize: 1.5 })).rejects.toThrow(/maxSize/);
    await expect(openFrames('')).rejects.toThrow(TypeError);
  });

  it('frame rates become fractions: whole, NTSC and odd ones', () => {
    expect(toRational(25)).toEqual({ num: 25000, den: 1000 });
    expect(toRational(30000 / 1001)).toEqual({ num: 30000, den: 1001 });
    expect(toRational(23.976)).toEqual({ num: 24000, den: 1001 });
    expect(toRational(14.9835)).toEqual({ num: 14984, den: 1000 });
    expect(toRational(0.5)).toEqual({ num: 500, den: 1000 });
  });
});
