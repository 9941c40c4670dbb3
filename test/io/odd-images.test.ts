import { mkdir, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { contrastShare } from '../../src/features/contrast-share.ts';
import { parseTarget } from '../../src/cli/flow/sequence-target.ts';
import { openFrames, readImage, readImages } from '../../src/io/index.ts';
import { decoding, readOpaque } from '../../src/io/image/index.ts';
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

  it('are stretched alike in images that belong together', async () => {
    const paths = [
      await write16('dim.png', (level) => level * 7),
      await write16('bright.png', (level) => level * 14),
    ];
    const [dim, bright] = await readImages(paths);
    expect(Math.max(...dim.data.map((level, i) => Math.abs(2 * level - bright.data[i])))).toBeLessThan(3);
    const [own] = await readImages(paths.slice(0, 1));
    expect(own.data[10]).toBeGreaterThan(1.9 * dim.data[10]);
  });

  it('are stretched alike in the frames of a folder', async () => {
    await mkdir(scratch.path('deep'));
    for (const [i, gain] of [7, 14, 7].entries()) await write16(`deep/${i}.png`, (level) => level * gain);
    const levels: number[] = [];
    for await (const { image } of (await openFrames(scratch.path('deep'))).frames())
      levels.push(image.data[10]);
    expect(levels[0]).toBe(levels[2]);
    expect(Math.abs(2 * levels[0] - levels[1])).toBeLessThan(3);
  });

  it('of a .pgm are taken for 12 bits, too', async () => {
    const grey = Array.from({ length: 64 * 48 }, (_, i) => scene.data[3 * i]);
    const samples = Buffer.alloc(grey.length * 2);
    grey.forEach((level, i) => samples.writeUInt16BE(level * 16, 2 * i));
    await writeFile(scratch.path('twelve.pgm'), Buffer.concat([Buffer.from('P5 64 48 65535\n'), samples]));
    const { data } = await readImage(scratch.path('twelve.pgm'));
    expect([...data.filter((_, i) => i % 3 === 0)]).toEqual(grey);
  });

  it('are cut to their upper 8 bits where they use their range', async () => {
    const { data } = await readImage(await write16('full.png', (level) => level * 257));
    expect(data).toEqual(scene.data);
  });
});

describe('a TIFF of floats', () => {
  const grey = Array.from({ length: 64 * 48 }, (_, i) => scene.data[3 * i]);
  const readFloats = async (value: (level: number) => number) => {
    const data = Float32Array.from(grey, value);
    const path = scratch.path('floats.tif');
    await writeFile(path, floatTiff(data, 64, 48));
    return (await readImage(path)).data.filter((_, i) => i % 3 === 0);
  };
  const differences = (data: Uint8Array) =>
    Math.max(...Array.from(data, (level, i) => Math.abs(level - grey[i])));

  it('from 0 to 1 becomes 0 to 255', async () => {
    expect(differences(await readFloats((level) => level / 255))).toBeLessThan(2);
  });

  it('of temperatures is stretched from the least to the greatest', async () => {
    expect(differences(await readFloats((level) => 273 + level / 10))).toBeLessThan(6);
    expect(differences(await readFloats((level) => level / 10 - 5))).toBeLessThan(6);
  });

  it('may have pixels that are no number', async () => {
    const data = await readFloats((level) => (level === grey[0] ? NaN : level / 255));
    expect(data[0]).toBe(0);
    expect(Math.abs(data[1] - grey[1])).toBeLessThan(2);
  });
});

/** An uncompressed grey TIFF, little-endian, in one strip (TIFF 6.0, section 3; sample format 3 is IEEE floats). */
function floatTiff(data: Float32Array, width: number, height: number): Buffer {
  const tags = [
    [256, 3, width],
    [257, 3, height],
    [258, 3, 32],
    [259, 3, 1],
    [262, 3, 1],
    [273, 4, 8],
    [277, 3, 1],
    [278, 3, height],
    [279, 4, data.byteLength],
    [339, 3, 3],
  ];
  const end = 8 + data.byteLength;
  const out = Buffer.alloc(end + 2 + 12 * tags.length + 4);
  out.write('II*\0', 0, 'latin1');
  out.writeUInt32LE(end, 4);
  data.forEach((value, i) => out.writeFloatLE(value, 8 + 4 * i));
  out.writeUInt16LE(tags.length, end);
  tags.forEach(([tag, type, value], i) => {
    const at = end + 2 + 12 * i;
    out.writeUInt16LE(tag, at);
    out.writeUInt16LE(type, at + 2);
    out.writeUInt32LE(1, at + 4);
    out.writeUInt32LE(value, at + 8);
  });
  return out;
}

describe('what is told of a file', () => {
  const warningsOf = async (path: string): Promise<string[]> => {
    const told: string[] = [];
    await readImage(path, { onWarning: (message) => told.push(message) });
    return told;
  };

  it.each([false, true])(
    'is that a JPEG is damaged, nothing of a whole one (progressive: %s)',
    async (progressive) => {
      const raw = { width: 64, height: 48, channels: 3 } as const;
      const jpeg = await sharp(scene.data, { raw }).jpeg({ quality: 95, progressive }).toBuffer();
      await writeFile(scratch.path('whole.jpg'), jpeg);
      expect(await warningsOf(scratch.path('whole.jpg'))).toEqual([]);
      const damaged = Buffer.from(jpeg);
      for (let i = damaged.length >> 1; i < (damaged.length >> 1) + 40; i++)
        damaged[i] = (damaged[i] * 7 + 13) & 0x7f;
      await writeFile(scratch.path('damaged.jpg'), damaged);
      expect((await warningsOf(scratch.path('damaged.jpg'))).join()).toMatch(/damaged\.jpg is damaged: /);
    },
  );

  it('is told of a frame in a folder, too', async () => {
    await mkdir(scratch.path('frames'));
    const raw = { width: 64, height: 48, channels: 3 } as const;
    const jpeg = await sharp(scene.data, { raw }).jpeg({ quality: 95 }).toBuffer();
    await writeFile(scratch.path('frames/0.jpg'), jpeg);
    jpeg.fill(0x2a, jpeg.length >> 1, (jpeg.length >> 1) + 40);
    await writeFile(scratch.path('frames/1.jpg'), jpeg);
    const told: string[] = [];
    const source = await openFrames(scratch.path('frames'), { onWarning: (message) => told.push(message) });
    for await (const frame of source.frames()) expect(frame.opaque).toBeUndefined();
    expect(told.join()).toMatch(/^[^,]*1\.jpg is damaged: [^,]*$/);
  });

  it('is how to convert a HEIC, whose pixels cannot be decoded here', async () => {
    const seeks = [1, 2, 3].map((at) => `a.heic: bad seek to ${at}\n`).join('');
    const failure = Promise.reject(new Error(`${seeks}heif: Support for HEVC has not been built in`));
    await expect(decoding('at a.heic', failure)).rejects.toThrow(
      /^Expected an image at a\.heic that can be decoded but it is a HEIC.*convert it to JPEG or PNG$/,
    );
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

describe('frames with transparency', () => {
  const rgba = Buffer.from([200, 100, 50, 255, 200, 100, 50, 0]);
  const raw = { width: 2, height: 1, channels: 4 } as const;

  it('say which pixels are opaque', async () => {
    await mkdir(scratch.path('alpha'));
    for (const name of ['0.png', '1.png'])
      await sharp(rgba, { raw }).png().toFile(scratch.path('alpha', name));
    for await (const { opaque } of (await openFrames(scratch.path('alpha'))).frames())
      expect([...opaque!.data]).toEqual([1, 0]);
  });

  it('of an animation say it, too', async () => {
    const two = Buffer.concat([rgba, rgba]);
    const pages = { width: 2, height: 2, channels: 4, pageHeight: 1 } as const;
    await sharp(two, { raw: pages }).webp({ lossless: true }).toFile(scratch.path('alpha.webp'));
    for await (const { image, opaque } of (await openFrames(scratch.path('alpha.webp'))).frames()) {
      expect([...image.data]).toEqual([200, 100, 50, 0, 0, 0]);
      expect([...opaque!.data]).toEqual([1, 0]);
    }
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
