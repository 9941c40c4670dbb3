import { mkdir, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { FileError, ShapeError } from '../../src/core/errors.ts';
import { fitWithin, readImage, readMask, writeImage, writeMask } from '../../src/io/image/images.ts';
import { encodeRgb16Png } from '../../src/io/image/png16.ts';
import { paintImage, scratchFolder } from './scratch.ts';

const scratch = scratchFolder();
const colours = paintImage(7, 5, (x, y) => [x * 36, y * 60, (x * y * 8) % 256]);
const raw = (data: Uint8Array | Uint16Array, width: number, height: number, channels: 1 | 2 | 3 | 4) =>
  sharp(data, { raw: { width, height, channels } });

/** The header of a PNG that claims a size and has nothing behind it but an empty IDAT. */
function claimPng(width: number, height: number): Uint8Array {
  const bytes = encodeRgb16Png({ width: 1, height: 1, data: new Uint16Array(3) });
  const honest = Buffer.from(bytes);
  honest.writeUInt32BE(width, 16);
  honest.writeUInt32BE(height, 20);
  // The checksum over IHDR, by the bit-by-bit definition.
  let c = 0xffffffff;
  for (const byte of honest.subarray(12, 29)) {
    c ^= byte;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  }
  honest.writeUInt32BE(~c >>> 0, 29);
  return honest;
}

describe('writing and reading images', () => {
  it.each(['png', 'webp', 'tiff', 'tif'])('keeps every sample through .%s', async (extension) => {
    const path = scratch.path(`kept.${extension}`);
    await writeImage(path, colours);
    expect(await readImage(path)).toEqual(colours);
  });

  it('keeps a flat image within 2 of 255 through .jpg', async () => {
    const path = scratch.path('flat.jpg');
    const flat = paintImage(16, 16, () => [200, 100, 50]);
    await writeImage(path, flat);
    const { data } = await readImage(path);
    expect([...data].every((value, i) => Math.abs(value - flat.data[i]) <= 2)).toBe(true);
  });

  it('refuses a file that exists, without `overwrite`', async () => {
    const path = scratch.path('twice.png');
    await writeImage(path, colours);
    await expect(writeImage(path, colours)).rejects.toThrow(/twice\.png exists: pass overwrite/);
    await writeImage(path, colours, { overwrite: true });
  });

  it('refuses extensions it cannot write, and leaves nothing behind', async () => {
    await expect(writeImage(scratch.path('a.bmp'), colours)).rejects.toThrow(/ends in .png, .jpg/);
    expect((await scratch.list()).filter((name) => name.includes('a.bmp'))).toEqual([]);
  });

  it('refuses arrays that do not fit the size', async () => {
    const wrong = { width: 7, height: 5, data: new Uint8Array(7 * 5 * 4) };
    await expect(writeImage(scratch.path('b.png'), wrong)).rejects.toThrow(ShapeError);
    await expect(writeImage(scratch.path('b.png'), { ...wrong, width: 0 })).rejects.toThrow(/1 x 1/);
  });
});

describe('images of every kind become 8-bit sRGB', () => {
  it('repeats grey in three channels', async () => {
    await raw(Uint8Array.of(0, 90, 200, 255), 2, 2, 1)
      .toColourspace('b-w')
      .png()
      .toFile(scratch.path('grey.png'));
    const { data } = await readImage(scratch.path('grey.png'));
    expect([...data]).toEqual([0, 0, 0, 90, 90, 90, 200, 200, 200, 255, 255, 255]);
  });

  it('cuts 16-bit colour to its upper 8 bits', async () => {
    const samples = Uint16Array.of(0x0000, 0x1234, 0xffff, 0x80ff, 0x7f00, 0x00ff);
    await writeFile(scratch.path('deep.png'), encodeRgb16Png({ width: 2, height: 1, data: samples }));
    const { data } = await readImage(scratch.path('deep.png'));
    expect([...data]).toEqual([0x00, 0x12, 0xff, 0x80, 0x7f, 0x00]);
  });

  it('cuts 16-bit grey to its upper 8 bits', async () => {
    await sharp(Uint16Array.of(0, 0x40ff, 0x8000, 0xffff), { raw: { width: 4, height: 1, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toFile(scratch.path('deep-grey.png'));
    expect((await sharp(scratch.path('deep-grey.png')).metadata()).depth).toBe('ushort');
    const { data } = await readImage(scratch.path('deep-grey.png'));
    expect([0, 3, 6, 9].map((i) => data[i])).toEqual([0, 0x40, 0x80, 0xff]);
  });

  it('lays transparency on black', async () => {
    await raw(Uint8Array.of(200, 100, 50, 255, 200, 100, 50, 0), 2, 1, 4)
      .png()
      .toFile(scratch.path('alpha.png'));
    expect([...(await readImage(scratch.path('alpha.png'))).data]).toEqual([200, 100, 50, 0, 0, 0]);
  });

  it('converts CMYK: white stays white, black dark, red red', async () => {
    const stripes = paintImage(48, 16, (x) => (x < 16 ? [255, 255, 255] : x < 32 ? [0, 0, 0] : [255, 0, 0]));
    await raw(stripes.data, 48, 16, 3)
      .toColourspace('cmyk')
      .jpeg({ quality: 95 })
      .toFile(scratch.path('ink.jpg'));
    expect((await sharp(scratch.path('ink.jpg')).metadata()).space).toBe('cmyk');
    const { data, width, height } = await readImage(scratch.path('ink.jpg'));
    expect([width, height, data.length]).toEqual([48, 16, 48 * 16 * 3]);
    const at = (x: number): number[] => [...data.subarray((8 * 48 + x) * 3, (8 * 48 + x) * 3 + 3)];
    expect(Math.min(...at(8))).toBeGreaterThan(245);
    expect(Math.max(...at(24))).toBeLessThan(70);
    expect(at(40)[0] - Math.max(at(40)[1], at(40)[2])).toBeGreaterThan(100);
  });

  it('applies EXIF orientation', async () => {
    await raw(colours.data, 7, 5, 3)
      .withMetadata({ orientation: 6 })
      .png()
      .toFile(scratch.path('turned.png'));
    const { width, height, data } = await readImage(scratch.path('turned.png'));
    expect([width, height]).toEqual([5, 7]);
    // A quarter turn clockwise: the top-right pixel is what was top-left.
    expect([...data.subarray(4 * 3, 4 * 3 + 3)]).toEqual([...colours.data.subarray(0, 3)]);
  });

  it.each([
    [1, 1],
    [5, 7],
  ])('reads an image of %i x %i', async (width, height) => {
    const small = paintImage(width, height, (x, y) => [x, y, 7]);
    await writeImage(scratch.path(`small-${width}.png`), small);
    expect(await readImage(scratch.path(`small-${width}.png`))).toEqual(small);
  });
});

describe('what is no image is refused in one line', () => {
  const cases: [string, () => Promise<string>, RegExp][] = [
    ['a missing file', async () => scratch.path('missing.png'), /missing\.png but there is no such file/],
    [
      'a folder',
      async () => {
        await mkdir(scratch.path('folder.png'));
        return scratch.path('folder.png');
      },
      /folder\.png but it is a folder/,
    ],
    ['an empty file', () => put('empty.png', new Uint8Array(0)), /empty\.png but the file is empty/],
    [
      'text renamed .png',
      () => put('text.png', Buffer.from('hello, this is text')),
      /of no format that is read/,
    ],
    [
      'a PNG cut short',
      async () => {
        const noise = paintImage(64, 64, (x, y) => [
          (x * y * 31) % 256,
          (x * 17 + y * 71) % 256,
          (y * y) % 256,
        ]);
        const bytes = await raw(noise.data, 64, 64, 3).png().toBuffer();
        return put('cut.png', bytes.subarray(0, bytes.length / 2));
      },
      /cut\.png but it could not be decoded/,
    ],
    [
      'a JPEG cut short',
      async () => {
        const noise = paintImage(64, 64, (x, y) => [
          (x * y * 31) % 256,
          (x * 17 + y * 71) % 256,
          (y * y) % 256,
        ]);
        const bytes = await raw(noise.data, 64, 64, 3).jpeg().toBuffer();
        return put('cut.jpg', bytes.subarray(0, bytes.length / 2));
      },
      /cut\.jpg but it could not be decoded/,
    ],
    [
      'a header that claims 40,000 x 40,000 pixels',
      () => put('huge.png', claimPng(40_000, 40_000)),
      /at most 200,000,000 pixels .* claims 40000 x 40000, 1,600,000,000 pixels: raise maxPixels/,
    ],
  ];
  async function put(name: string, bytes: Uint8Array): Promise<string> {
    await writeFile(scratch.path(name), bytes);
    return scratch.path(name);
  }

  it.each(cases)('%s', async (_name, prepare, message) => {
    const error: unknown = await readImage(await prepare()).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(FileError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain('\n');
  });

  it('an image above a limit of the caller, and not one at it', async () => {
    await writeImage(scratch.path('limit.png'), colours);
    await expect(readImage(scratch.path('limit.png'), { maxPixels: 34 })).rejects.toThrow(
      /at most 34 pixels/,
    );
    await readImage(scratch.path('limit.png'), { maxPixels: 35 });
    await expect(readImage(scratch.path('limit.png'), { maxPixels: 0 })).rejects.toThrow(RangeError);
  });
});

describe('masks', () => {
  it('are 1 wherever any channel is not 0', async () => {
    await writeImage(
      scratch.path('mask.png'),
      paintImage(3, 1, (x) => [0, 0, x]),
    );
    expect(await readMask(scratch.path('mask.png'))).toEqual({
      width: 3,
      height: 1,
      data: Uint8Array.of(0, 1, 1),
    });
  });

  it('see the lower 8 bits of 16 and ignore alpha', async () => {
    const samples = Uint16Array.of(0, 0, 0, 0, 1, 0);
    await writeFile(scratch.path('faint.png'), encodeRgb16Png({ width: 2, height: 1, data: samples }));
    expect([...(await readMask(scratch.path('faint.png'))).data]).toEqual([0, 1]);
    await raw(Uint8Array.of(0, 0, 0, 255, 9, 0, 0, 0), 2, 1, 4)
      .png()
      .toFile(scratch.path('opaque.png'));
    expect([...(await readMask(scratch.path('opaque.png'))).data]).toEqual([0, 1]);
  });

  it('are written as 0 and 255 and read back', async () => {
    const mask = { width: 2, height: 2, data: Uint8Array.of(1, 0, 0, 1) };
    await writeMask(scratch.path('back.png'), mask);
    expect(await readMask(scratch.path('back.png'))).toEqual(mask);
    expect((await sharp(scratch.path('back.png')).metadata()).channels).toBe(1);
  });
});

describe('fitting within a longest side', () => {
  it('keeps small images, shrinks by the longer side and never goes below one pixel', () => {
    expect(fitWithin(640, 480, undefined)).toEqual({ width: 640, height: 480 });
    expect(fitWithin(640, 480, 640)).toEqual({ width: 640, height: 480 });
    expect(fitWithin(640, 480, 320)).toEqual({ width: 320, height: 240 });
    expect(fitWithin(1000, 1, 10)).toEqual({ width: 10, height: 1 });
  });
});
