import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import sharp from 'sharp';
import { createFrameSink, readImage, writeImage } from '../../src/io/index.ts';
import { cutFrame, cutView, drawScene, turn } from '../stitch/views.ts';
import type { StitchReport } from '../../src/stitch/index.ts';
import { makeScratch, runCommand } from './run-command.ts';

const scratch = makeScratch();
const SIZE = { width: 260, height: 200 };
const PATHS = ['right.png', 'left.png', 'turned.jpg'].map((name) => scratch.path(name));
const BROKEN = scratch.path('broken.jpg');

beforeAll(async () => {
  const photo = drawScene(1000, 640, 5, 2200);
  const [right, left, middle] = [12, -11, 0].map((yaw) => cutView(photo, 480, turn(yaw), 340, SIZE));
  await writeImage(PATHS[0], right);
  // Grey with an alpha channel, and stored lying on its side with the note that says so.
  const rgb = (data: Uint8Array) => sharp(data, { raw: { ...SIZE, channels: 3 } });
  await rgb(left.data).greyscale().ensureAlpha().png().toFile(PATHS[1]);
  const lying = await rgb(middle.data).rotate(270).jpeg({ quality: 95 }).toBuffer();
  await sharp(lying).withMetadata({ orientation: 6 }).toFile(PATHS[2]);
  writeFileSync(BROKEN, 'no image');
});
afterAll(() => scratch.remove());

describe('whither stitch', { timeout: 300_000 }, () => {
  test('stitches grey, alpha and turned images, skips a broken one by name, and says so by its exit code', async () => {
    const [out, report, rig, stages] = ['pano.png', 'pano.json', 'rig.json', 'stages'].map((n) =>
      scratch.path(n),
    );
    const { code, stdout, stderr } = await runCommand([
      ...['stitch', ...PATHS, BROKEN, '-o', out, '--report', report, '--save-transforms', rig, '-v', stages],
    ]);
    expect(stderr).toContain(`left out ${BROKEN}`);
    expect(stderr).toContain('3 of 3 images');
    expect([code, stdout]).toEqual([2, '']);
    const told = JSON.parse(readFileSync(report, 'utf8'));
    expect(told.images).toHaveLength(3);
    for (const { homographyToPanorama } of told.images) expect(homographyToPanorama).toHaveLength(9);
    const image = await readImage(out);
    expect([image.width, image.height]).toEqual([told.panoramas[0].width, told.panoramas[0].height]);
    expect(image.width).toBeGreaterThan(330);
    expect(scratch.list('stages').slice(0, 3)).toEqual([
      '01-keypoints.png',
      '02-matches.png',
      '03-graph.png',
    ]);
    expect(scratch.list().filter((name) => name.startsWith('.'))).toEqual([]);

    const again = await runCommand([
      'stitch',
      ...PATHS,
      '-o',
      scratch.path('again.jpg'),
      '--transforms',
      rig,
    ]);
    expect(again.code).toBe(0);
  });

  test('takes all stills of a folder, and samples its frames where they are numbered and many', async () => {
    for (const name of ['stills', 'frames']) mkdirSync(scratch.path(name));
    const photo = drawScene(1000, 640, 5, 2200);
    const yaws = [-12, -6, 0, 6, 12];
    for (const [i, yaw] of yaws.entries())
      await writeImage(scratch.path('stills', `${i}.png`), cutView(photo, 480, turn(yaw), 340, SIZE));
    const stills = await runCommand(['stitch', scratch.path('stills'), '-o', scratch.path('stills.png')]);
    expect(stills.stderr).toContain('5 of 5 images');
    expect(stills.stderr).not.toContain('are taken');

    for (let i = 0; i < 30; i++) {
      const view = cutView(photo, 480, turn(-12 + 0.8 * i), 340, SIZE);
      await writeImage(scratch.path('frames', `f${i}.png`), view);
    }
    const frames = await runCommand(['stitch', scratch.path('frames'), '-o', scratch.path('frames.png')]);
    expect(frames.stderr).toMatch(/frames: \d+ of its frames are taken; name files to take all/);
    expect([stills.code, frames.code]).toEqual([0, 0]);
  });

  test('one image, or two that do not belong together, are refused in one line and nothing is written', async () => {
    const out = scratch.path('none.jpg');
    const one = await runCommand(['stitch', PATHS[0], '-o', out]);
    expect(one.stderr).toBe(
      'whither: Expected two or more images, or a video, to stitch but received one image\n',
    );
    const stranger = scratch.path('stranger.png');
    await writeImage(stranger, drawScene(260, 200, 70, 300));
    const two = await runCommand(['stitch', PATHS[0], stranger, '-o', out]);
    expect(two.stderr).toMatch(/^whither: Expected images that overlap but no two of these do: .*\n$/);
    expect([one.code, two.code]).toEqual([1, 1]);
    expect(scratch.list().filter((name) => name.includes('none'))).toEqual([]);
  });

  test('picks the frames of a video, and places the same frames of another by the transforms', async () => {
    const [clip, out, rig, report] = ['clip.mp4', 'clip.png', 'clip.json', 'bent.json'].map((n) =>
      scratch.path(n),
    );
    const photo = drawScene(700, 240, 8, 1500);
    const sink = await createFrameSink(clip, { width: 240, height: 200, frameRate: 6 });
    for (let i = 0; i < 16; i++) await sink.write(cutFrame(photo, 24 * i, 20, 240, 200));
    await sink.close();
    const first = await runCommand(['stitch', clip, '-o', out, '--save-transforms', rig]);
    expect(first.stderr).toMatch(/: (\d) of \1 images/);
    expect(first.code).toBe(0);
    const { images } = JSON.parse(readFileSync(rig, 'utf8')) as { images: { file: string }[] };
    expect(images.length).toBeLessThan(9);
    expect(images.map(({ file }) => file)).toContain('clip.mp4#0');
    const bent = scratch.path('bent.png');
    const again = await runCommand([
      ...['stitch', clip, '-o', bent, '--transforms', rig, '--align', 'flow', '--report', report],
    ]);
    expect(again.code).toBe(0);
    const told = JSON.parse(readFileSync(report, 'utf8')) as { panoramas: { alignment: object[] }[] };
    expect(told.panoramas[0].alignment.length).toBeGreaterThan(0);
    const still = await runCommand([
      'stitch',
      clip,
      '-o',
      bent,
      '--force',
      '--transforms',
      scratch.path('rig.json'),
    ]);
    expect(still.stderr).toMatch(/^whither: Expected transforms of a video for a video/);
  });

  test('writes a sphere that viewers know, the faces of a cube, a little planet, and blanks in a colour', async () => {
    const [out, cube, planet] = ['sphere.jpg', 'cube.png', 'planet.png'].map((n) => scratch.path(n));
    const { code } = await runCommand([
      ...['stitch', ...PATHS, '-o', out, '--scale', '0.3', '--background', '#ff0000'],
      ...['--model', 'rotation', '--cube', cube, '--little-planet', planet],
    ]);
    expect(code).toBe(0);
    const { width, height, xmpAsString } = await sharp(out).metadata();
    expect(width).toBe(2 * height);
    expect(xmpAsString).toContain(`GPano:FullPanoWidthPixels="${width}"`);
    const faces = ['back', 'down', 'front', 'left', 'right', 'up'].map((face) => `cube-${face}.png`);
    expect(scratch.list().filter((name) => name.startsWith('cube'))).toEqual(faces);
    const back = await readImage(scratch.path('cube-back.png'));
    expect(back.width).toBe(Math.round(width / Math.PI));
    expect(back.data[0]).toBeGreaterThan(250);
    expect(back.data[1]).toBeLessThan(5);
    const refused = await runCommand(['stitch', ...PATHS, '-o', out, '--cube', cube, '--force', '--crop']);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('Expected a whole sphere')]);
  });

  test('compares the pairs that are named alone, and looks where it is told to', async () => {
    const [out, report] = ['named.png', 'named.json'].map((n) => scratch.path(n));
    const { code } = await runCommand([
      ...['stitch', BROKEN, ...PATHS, '-o', out, '--report', report, '--pairs', '4-2,3-4'],
      ...['--model', 'rotation', '--projection', 'cylindrical', '--yaw', '-20', '--scale', '0.5'],
    ]);
    const told = JSON.parse(readFileSync(report, 'utf8')) as StitchReport;
    expect([code, told.pairs.map(({ a, b }) => [a, b])]).toEqual([
      2,
      [
        [PATHS[0], PATHS[2]],
        [PATHS[1], PATHS[2]],
      ],
    ]);
    const { left, width, fullWidth } = told.panoramas[0].sphere!;
    expect(((left + width / 2) / fullWidth - 0.5) * 360).toBeCloseTo(20, -1);
    const wrong = await runCommand(['stitch', ...PATHS, '-o', scratch.path('no.png'), '--pairs', '1-9']);
    expect(wrong.stderr).toMatch(/numbers of images up to 3 for --pairs but received 9/);
  });

  test('masks of files and transparent pixels are neither matched nor shown', async () => {
    const [mask, clear, out] = ['mask.png', 'hole.png', 'masked.png'].map((n) => scratch.path(n));
    // The left half of one image is masked, all of another is transparent.
    const half = await sharp({ create: { ...SIZE, channels: 3, background: '#000' } })
      .composite([
        {
          input: { create: { width: 130, height: 200, channels: 3, background: '#fff' } },
          left: 130,
          top: 0,
        },
      ])
      .png()
      .toBuffer();
    writeFileSync(mask, half);
    await sharp({ create: { ...SIZE, channels: 4, background: '#0000' } })
      .png()
      .toFile(clear);
    const { code, stderr } = await runCommand([
      ...[
        'stitch',
        PATHS[0],
        PATHS[2],
        clear,
        '-o',
        out,
        '--mask',
        `${PATHS[2]}=${mask}`,
        '--background',
        '#ff0000',
      ],
    ]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`left out ${clear}: no points`)]);
    const { width, data } = await readImage(out);
    expect([...data.subarray((100 * width + 40) * 3, (100 * width + 40) * 3 + 3)]).toEqual([255, 0, 0]);
    const wrong = await runCommand([
      'stitch',
      ...PATHS,
      '-o',
      scratch.path('no.png'),
      '--mask',
      `x.jpg=${mask}`,
    ]);
    expect(wrong.stderr).toMatch(/Expected --mask IMAGE=MASK with one of the images that are given/);
  });

  test('blanks are transparent where a format can hold that', async () => {
    const out = scratch.path('clear.png');
    const made = await runCommand(['stitch', ...PATHS, '-o', out, '--background', 'transparent']);
    expect(made.code).toBe(0);
    const { channels } = await sharp(out).stats();
    expect(channels).toHaveLength(4);
    expect([channels[3].min, channels[3].max]).toEqual([0, 255]);
    const jpeg = scratch.path('clear.jpg');
    const refused = await runCommand(['stitch', ...PATHS, '-o', jpeg, '--background', 'transparent']);
    expect(refused.stderr).toMatch(
      /ending in \.png, \.tif, \.tiff, \.webp for -o with --background transparent/,
    );
  });

  test('what exists is not replaced unasked, and an input never', async () => {
    const taken = scratch.path('taken.png');
    writeFileSync(taken, 'mine');
    const refused = await runCommand(['stitch', ...PATHS, '-o', taken]);
    expect(refused.stderr).toMatch(/exists: add --force/);
    const input = await runCommand(['stitch', ...PATHS, '-o', PATHS[0], '--force']);
    expect(input.stderr).toMatch(/apart from the input/);
    expect([refused.code, input.code]).toEqual([1, 1]);
    expect(readFileSync(taken, 'utf8')).toBe('mine');
  });

  test('a panorama above the limit is refused with the number and the flag', async () => {
    const out = scratch.path('large.jpg');
    const { code, stderr } = await runCommand(['stitch', ...PATHS, '-o', out, '--max-megapixels', '0.01']);
    expect(stderr).toMatch(
      /at most 0\.01 megapixels .* --max-megapixels 0\.1, or make it smaller with --scale/,
    );
    expect(code).toBe(1);
    expect(scratch.list().filter((name) => name.includes('large'))).toEqual([]);
  });

  test('where nothing overlaps the report says why', async () => {
    const [out, report, plain] = ['none.jpg', 'none.json', 'plain.png'].map((name) => scratch.path(name));
    await sharp({ create: { width: 300, height: 200, channels: 3, background: '#777' } }).toFile(plain);
    const { code, stderr } = await runCommand(['stitch', PATHS[0], plain, '-o', out, '--report', report]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('no two of these do')]);
    const told = JSON.parse(readFileSync(report, 'utf8')) as {
      images: object[];
      leftOut: { file: string }[];
    };
    expect([told.images, told.leftOut.map(({ file }) => file)]).toEqual([[], [PATHS[0], plain]]);
    expect(scratch.list()).not.toContain('none.jpg');
  });

  test('what transforms say cannot be asked for beside them', async () => {
    const out = scratch.path('asked.jpg');
    const rig = scratch.path('any.json');
    const { code, stderr } = await runCommand([
      ...['stitch', ...PATHS, '-o', out, '--transforms', rig, '--projection', 'plane'],
    ]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('no --projection with --transforms')]);
  });
});
