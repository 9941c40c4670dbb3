import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { crc32, openRecords, readRecords } from '../../src/io/records/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'whither-records-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MAGIC = 'test 1\n';
const reader = (found: string[]) => ({
  magic: MAGIC,
  what: 'a file of records',
  onRecord: (record: Uint8Array) => void found.push(Buffer.from(record).toString()),
});
const read = async (path: string): Promise<string[]> => {
  const found: string[] = [];
  await readRecords(path, reader(found));
  return found;
};
const append = async (path: string, ...texts: string[]): Promise<string[]> => {
  const found: string[] = [];
  const file = await openRecords(path, reader(found));
  await file.append(texts.map((text) => Buffer.from(text)));
  await file.close();
  return found;
};

test('the check sum is that of PNG and ZIP', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
});

test('records are there again, in order, and more can be appended', async () => {
  const path = join(folder, 'a');
  expect(await append(path, 'one', '', 'three')).toEqual([]);
  expect(await append(path, 'four')).toEqual(['one', '', 'three']);
  expect(await read(path)).toEqual(['one', '', 'three', 'four']);
});

test('many records are read in blocks', async () => {
  const path = join(folder, 'many');
  const texts = Array.from({ length: 50 }, (_, i) => `${i} `.repeat(60_000));
  await append(path, ...texts);
  expect(await read(path)).toEqual(texts);
});

test('whatever a crash cut off, the records before it are there, and the file goes on from them', async () => {
  const path = join(folder, 'cut');
  await append(path, 'first', 'second');
  const { length } = readFileSync(path);
  const whole = readFileSync(path);
  for (let lost = 1; lost <= 8 + 'second'.length; lost++) {
    writeFileSync(path, whole);
    truncateSync(path, length - lost);
    expect(await read(path)).toEqual(['first']);
    expect(await append(path, 'third')).toEqual(['first']);
    expect(await read(path)).toEqual(['first', 'third']);
  }
});

test('bytes that were not written by it end the file', async () => {
  const path = join(folder, 'rubbish');
  await append(path, 'first');
  appendFileSync(path, Buffer.from([5, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
  expect(await read(path)).toEqual(['first']);
});

test('another file is refused and left alone', async () => {
  const path = join(folder, 'letter');
  writeFileSync(path, 'Dear Sir or Madam');
  await expect(openRecords(path, reader([]))).rejects.toThrow(/begins otherwise/);
  expect(readFileSync(path, 'utf8')).toBe('Dear Sir or Madam');
});
