import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readImageInfo } from '../../src/io/image/index.ts';
import { readImage } from '../../src/io/index.ts';
import { scratchFolder } from './scratch.ts';

const scratch = scratchFolder();

interface Bitmap {
  width: number;
  height: number;
  bits: number;
  compression?: number;
  palette?: number[];
  rows: number[];
}

/** A file after the Windows documentation of BITMAPFILEHEADER and BITMAPINFOHEADER. */
function bitmap({ width, height, bits, compression = 0, palette = [], rows }: Bitmap): Buffer {
  const header = Buffer.alloc(54);
  header.write('BM', 'latin1');
  header.writeUInt32LE(54 + palette.length, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(width, 18);
  header.writeInt32LE(height, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(bits, 28);
  header.writeUInt32LE(compression, 30);
  header.writeUInt32LE(palette.length / 4, 46);
  return Buffer.concat([header, Uint8Array.from(palette), Uint8Array.from(rows)]);
}

async function read(bytes: Uint8Array) {
  const path = scratch.path('image.bmp');
  await writeFile(path, bytes);
  const { width, height, data } = await readImage(path);
  return { width, height, data: [...data] };
}

test('24 bits are blue, green, red from the lowest row up, rows padded to four bytes', async () => {
  const rows = [3, 2, 1, 0, 6, 5, 4, 0];
  expect(await read(bitmap({ width: 1, height: 2, bits: 24, rows }))).toEqual({
    ...{ width: 1, height: 2 },
    data: [4, 5, 6, 1, 2, 3],
  });
});

test('a negative height runs from the top down, and a fourth channel is passed over', async () => {
  const rows = [3, 2, 1, 0, 6, 5, 4, 255];
  expect(await read(bitmap({ width: 1, height: -2, bits: 32, rows }))).toMatchObject({
    ...{ width: 1, height: 2 },
    data: [1, 2, 3, 4, 5, 6],
  });
});

test.each([
  [1, [0b01000000, 0, 0, 0]],
  [4, [0x01, 0x00, 0, 0]],
  [8, [0, 1, 0, 0]],
])('a palette of %i bits', async (bits, rows) => {
  const palette = [30, 20, 10, 0, 60, 50, 40, 0];
  expect(await read(bitmap({ width: 3, height: 1, bits, palette, rows }))).toMatchObject({
    data: [10, 20, 30, 40, 50, 60, 10, 20, 30],
  });
});

test('the size is told by the header alone, whatever the pixels', async () => {
  const file = scratch.path('header.bmp');
  await writeFile(file, bitmap({ width: 5, height: 2, bits: 24, rows: [] }));
  expect(await readImageInfo(file)).toMatchObject({ width: 5, height: 2, deep: false });
  const pgm = scratch.path('header.pgm');
  await writeFile(pgm, 'P5\n4 3\n65535\n');
  expect(await readImageInfo(pgm)).toMatchObject({ width: 4, height: 3, deep: true });
});

test('a bitmap that is cut short, compressed, without a header or claims too much is refused', async () => {
  const whole = bitmap({ width: 1, height: 2, bits: 24, rows: [3, 2, 1, 0, 6, 5, 4, 0] });
  await expect(read(whole.subarray(0, 60))).rejects.toThrow(
    /image\.bmp: Expected 62 bytes but received 60: the file is cut short/,
  );
  await expect(read(whole.subarray(0, 16))).rejects.toThrow('Expected a bitmap header');
  await expect(read(bitmap({ width: 4, height: 1, bits: 8, compression: 1, rows: [4, 0] }))).rejects.toThrow(
    'Expected a bitmap of 1, 4, 8, 24 or 32 bits without compression but received 8 bits and compression 1',
  );
  await expect(read(bitmap({ width: 40000, height: 40000, bits: 24, rows: [] }))).rejects.toThrow(
    'claims 40000 x 40000',
  );
  await expect(read(bitmap({ width: -3, height: 1, bits: 24, rows: [] }))).rejects.toThrow('0 x 1');
});
