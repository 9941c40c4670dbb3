import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { focalOfExif } from '../../src/io/image/focal-length.ts';
import { readImage, writeImage } from '../../src/io/index.ts';
import { readImageOfPixels } from '../../src/io/image/images.ts';
import { createTiledImage } from '../../src/io/image/tiled-image.ts';
import { makeScratch } from '../cli/run-command.ts';

const scratch = makeScratch();
afterAll(() => scratch.remove());

const [WIDTH, HEIGHT] = [37, 41];
const PIXELS = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, k) => (k * 7) % 251);

/** Rows of a part of the image. */
function part(x: number, y: number, width: number, height: number) {
  const data = new Uint8Array(width * height * 3);
  for (let j = 0; j < height; j++) {
    const from = ((y + j) * WIDTH + x) * 3;
    data.set(PIXELS.subarray(from, from + width * 3), j * width * 3);
  }
  return [{ x, y, width, height }, data] as const;
}

describe('an image written part by part', () => {
  test.each(['.png', '.tif', '.webp'])('is the same as one written whole: %s', async (extension) => {
    const path = scratch.path(`tiled${extension}`);
    const image = await createTiledImage(path, WIDTH, HEIGHT);
    await image.write(...part(20, 0, 17, HEIGHT));
    await image.write(...part(0, 16, 20, 25));
    await image.write(...part(0, 0, 20, 16));
    await image.close();
    expect(await readImage(path)).toEqual({ width: WIDTH, height: HEIGHT, data: PIXELS });
    expect(scratch.list().filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test.each(['.png', '.tif', '.webp'])('keeps what is not covered transparent: %s', async (extension) => {
    const path = scratch.path(`clear${extension}`);
    const image = await createTiledImage(path, WIDTH, HEIGHT, { alpha: true });
    const covered = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, k) => (k % 5 ? 1 : 0));
    await image.write(...part(0, 0, WIDTH, HEIGHT), covered);
    await image.close();
    const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true });
    expect(info.channels).toBe(4);
    expect(Uint8Array.from(covered, (_, k) => data[4 * k + 3] / 255)).toEqual(covered);
    expect([data[4], data[5], data[6]]).toEqual([...PIXELS.subarray(3, 6)]);
  });

  test.each(['.jpg', '.png', '.tif', '.webp'])('keeps an XMP packet: %s', async (extension) => {
    const path = scratch.path(`about${extension}`);
    const xmp = '<x:xmpmeta xmlns:x="adobe:ns:meta/"/>';
    const image = await createTiledImage(path, WIDTH, HEIGHT, { xmp });
    await image.write(...part(0, 0, WIDTH, HEIGHT));
    await image.close();
    expect((await sharp(path).metadata()).xmpAsString).toContain(xmp);
  });

  test('leaves nothing behind when it is given up', async () => {
    const image = await createTiledImage(scratch.path('never.png'), WIDTH, HEIGHT);
    await image.write(...part(0, 0, WIDTH, 5));
    await image.abort();
    expect(scratch.list().filter((name) => name.startsWith('.') || name.includes('never'))).toEqual([]);
  });

  test('refuses what is there, what no format knows, and what a format cannot hold', async () => {
    const path = scratch.path('there.png');
    await writeImage(path, { width: 1, height: 1, data: new Uint8Array(3) });
    await expect(createTiledImage(path, 4, 4)).rejects.toThrow(/exists/);
    const clear = createTiledImage(scratch.path('x.jpg'), 4, 4, { alpha: true });
    await expect(clear).rejects.toThrow(/transparency but received .*x\.jpg: a JPEG has none/);
    await expect(createTiledImage(scratch.path('x.bmp'), 4, 4)).rejects.toThrow(/ends in/);
    await expect(createTiledImage(scratch.path('x.jpg'), 70000, 4)).rejects.toThrow(/write a \.tif or \.png/);
  });

  test('an image is read smaller, in proportion', async () => {
    const path = scratch.path('large.png');
    await writeImage(path, { width: 80, height: 40, data: new Uint8Array(9600).fill(77) });
    const small = await readImageOfPixels(path, 800);
    expect(small).toEqual({ width: 40, height: 20, data: new Uint8Array(2400).fill(77) });
    expect((await readImageOfPixels(path, 1e6)).width).toBe(80);
  });
});

describe('the focal length of EXIF', () => {
  /** A block with one directory that points to another with the 35 mm equivalent. */
  function block(little: boolean, focal: number): Uint8Array {
    const view = new DataView(new ArrayBuffer(64));
    view.setUint16(0, little ? 0x4949 : 0x4d4d);
    view.setUint16(2, 42, little);
    view.setUint32(4, 8, little);
    view.setUint16(8, 1, little);
    view.setUint16(10, 0x8769, little);
    view.setUint16(12, 4, little);
    view.setUint32(14, 1, little);
    view.setUint32(18, 30, little);
    view.setUint16(30, 1, little);
    view.setUint16(32, 0xa405, little);
    view.setUint16(34, 3, little);
    view.setUint32(36, 1, little);
    view.setUint16(40, focal, little);
    return new Uint8Array(view.buffer);
  }

  test.each([true, false])('is by the diagonal of small film, little-endian %s', (little) => {
    expect(focalOfExif(block(little, 28), 4000, 3000)).toBeCloseTo((28 / 43.2666) * 5000, 0);
    const withHeader = Uint8Array.from([0x45, 0x78, 0x69, 0x66, 0, 0, ...block(little, 28)]);
    expect(focalOfExif(withHeader, 4000, 3000)).toBeCloseTo((28 / 43.2666) * 5000, 0);
  });

  test('is unknown where the camera noted 0 or the block is cut short', () => {
    expect(focalOfExif(block(true, 0), 4000, 3000)).toBeUndefined();
    expect(focalOfExif(block(true, 28).subarray(0, 25), 4000, 3000)).toBeUndefined();
  });
});
