import { writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { contrastShare } from '../../src/features/contrast-share.ts';
import { parseTarget } from '../../src/cli/flow/sequence-target.ts';
import { readImage } from '../../src/io/index.ts';
import { readOpaque } from '../../src/io/image/index.ts';
import { paintImage, scratchFolder } from './scratch.ts';

const scratch = scratchFolder();

const scene = paintImage(64, 48, (x, y) => [(x * 37 + y * 11) % 251, (x * 5 + y * 83) % 253, (x * y) % 256]);

async function write16(name: string, sample: (level: number) => number): Promise<string> {
  const data = Uint16Array.from(scene.data, sample);
  const source = sharp(data, { raw: { width: 64, height: 48, channels: 3 } }).toColourspace('rgb16');
  await source.png().toFile(scratch.path(name));
  return scratch.path(name);
}

describe('images of 16 bits', () => {
  it('are taken for 12 bits where they have no more', async () => {
    const { data } = await readImage(await write16('twelve.png', (level) => level * 16));
    expect(data).toEqual(scene.data);
  });

  it('are stretched where they lie in a narrow range, as of a thermal camera', async () => {
    const { data } = await readImage(await write16('thermal.png', (level) => 29000 + level * 2));
    expect(Math.max(...data.map((level, i) => Math.abs(level - scene.data[i])))).toBeLessThan(4);
  });

  it('are cut to their upper 8 bits where they use their range', async () => {
    const { data } = await readImage(await write16('full.png', (level) => level * 257));
    expect(data).toEqual(scene.data);
  });
});

describe('what is told of a file', () => {
  const warningsOf = async (path: string): Promise<string[]> => {
    const told: string[] = [];
    await readImage(path, { onWarning: (message) => told.push(message) });
    return told;
  };

  it('is that a JPEG is damaged, and nothing of a whole one', async () => {
    const raw = { width: 64, height: 48, channels: 3 } as const;
    const jpeg = await sharp(scene.data, { raw }).jpeg({ quality: 95, progressive: false }).toBuffer();
    await writeFile(scratch.path('whole.jpg'), jpeg);
    expect(await warningsOf(scratch.path('whole.jpg'))).toEqual([]);
    const damaged = Buffer.from(jpeg);
    for (let i = damaged.length >> 1; i < (damaged.length >> 1) + 40; i++)
      damaged[i] = (damaged[i] * 7 + 13) & 0x7f;
    await writeFile(scratch.path('damaged.jpg'), damaged);
    expect((await warningsOf(scratch.path('damaged.jpg'))).join()).toMatch(/damaged\.jpg is damaged: /);
  });

  it('is that it holds several images', async () => {
    const raw = { width: 64, height: 48, channels: 3, pageHeight: 24 } as const;
    await sharp(scene.data, { raw }).webp({ lossless: true }).toFile(scratch.path('two.webp'));
    expect((await warningsOf(scratch.path('two.webp'))).join()).toMatch(/two\.webp holds 2 images/);
  });
});

describe('opaque pixels', () => {
  it('are those whose alpha is half or more; none are told where all are', async () => {
    const rgba = Buffer.from([1, 2, 3, 255, 1, 2, 3, 0]);
    await sharp(rgba, { raw: { width: 2, height: 1, channels: 4 } })
      .png()
      .toFile(scratch.path('alpha.png'));
    expect([...(await readOpaque(scratch.path('alpha.png')))!.data]).toEqual([1, 0]);
    const plain = sharp(rgba.subarray(0, 4), { raw: { width: 1, height: 1, channels: 4 } });
    await plain.png().toFile(scratch.path('opaque.png'));
    expect(await readOpaque(scratch.path('opaque.png'))).toBeUndefined();
  });
});

describe('contrast', () => {
  it('is relative to the image', () => {
    const dark = { ...scene, data: scene.data.map((level) => level * 0.08) };
    expect(contrastShare(scene)).toBe(1);
    expect(contrastShare(dark)).toBeGreaterThan(0.05);
    expect(contrastShare(dark)).toBeLessThan(0.2);
  });
});

describe('numbered outputs', () => {
  it('may have a prefix', () => {
    expect(parseTarget('flows/flow_%04d.flo')).toEqual({
      kind: 'flows',
      folder: 'flows',
      extension: '.flo',
      prefix: 'flow_',
    });
  });
});
