import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readImage } from '../../src/io/index.ts';
import { scratchFolder } from './scratch.ts';

const scratch = scratchFolder();

async function read(header: string, ...samples: number[]) {
  const path = scratch.path('image.ppm');
  await writeFile(path, Buffer.concat([Buffer.from(header), Uint8Array.from(samples)]));
  const { width, height, data } = await readImage(path);
  return { width, height, data: [...data] };
}

test('a binary .ppm is red, green and blue in turn', async () => {
  const data = [1, 2, 3, 40, 50, 60];
  expect(await read('P6\n2 1\n255\n', ...data)).toEqual({ width: 2, height: 1, data });
});

test('comments and any white space may stand in the header', async () => {
  const header = 'P6 # made by hand\n1\t# one column\n2\n255 ';
  expect(await read(header, 10, 13, 32, 9, 0, 255)).toMatchObject({ width: 1, height: 2 });
});

test('a binary .pgm is grey in three channels', async () => {
  expect(await read('P5 2 1 255\n', 0, 200)).toMatchObject({ data: [0, 0, 0, 200, 200, 200] });
});

test('samples of 16 bits are cut to their upper 8, other ranges are stretched', async () => {
  expect(await read('P5 2 1 65535\n', 18, 255, 255, 0)).toMatchObject({ data: [18, 18, 18, 255, 255, 255] });
  expect(await read('P5 2 1 15\n', 0, 15)).toMatchObject({ data: [0, 0, 0, 255, 255, 255] });
});

test('a file that is cut short, or claims too much, is refused', async () => {
  await expect(read('P6 2 2 255\n', 1, 2, 3)).rejects.toThrow(
    /image\.ppm: Expected 12 bytes of samples but received 3: the file is cut short/,
  );
  await expect(read('P6 40000 40000 255\n', 1)).rejects.toThrow('claims 40000 x 40000');
  await expect(read('P6 0 4 255\n')).rejects.toThrow('0 x 4');
});
