import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findDuplicates, mergeIndexes, openIndex, searchIndex } from '../../src/find/index.ts';
import type { IndexRecord } from '../../src/find/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'whither-index-'));
afterAll(() => rmSync(folder, { recursive: true }));

const LENGTH = 128;
const model = { name: 'stand-in', fingerprint: '0123456789abcdef', manifest: { length: LENGTH } };

/** A vector near the axis `axis`, `off` from it towards the next. */
const vector = (axis: number, off = 0): Int8Array =>
  Int8Array.from({ length: LENGTH }, (_, i) => (i === axis ? 100 : i === (axis + 1) % LENGTH ? off : 0));
const record = (file: string, axis: number, off?: number): IndexRecord => ({
  entry: { file, size: 1, changed: 2 },
  vector: vector(axis, off),
});
const names = (found: readonly { file: string }[]): string[] => found.map(({ file }) => file);

describe('an index of photos', () => {
  test('is there again after it was closed, with files that changed and without those removed', async () => {
    const path = join(folder, 'again');
    const index = await openIndex(path, { model });
    await index.append([record('a', 0), record('b', 1), record('c', 2)]);
    await index.append([{ entry: { file: 'a', size: 0, changed: 0 } }, record('b', 5)]);
    await index.close();
    await using again = await openIndex(path);
    expect([...again.files()].map(({ file }) => file).sort()).toEqual(['b', 'c']);
    expect(again.get('b')).toEqual({ file: 'b', size: 1, changed: 2 });
    expect([again.get('a'), again.vector('a')]).toEqual([undefined, undefined]);
    expect(again.vector('b')).toEqual(vector(5));
    await expect(again.append([record('d', 1)])).rejects.toThrow(/give openIndex the model/);
  });

  test('gives what is most alike first, without the query itself', async () => {
    await using index = await openIndex(join(folder, 'search'), { model });
    await index.append([record('far', 9), record('near', 0, 30), record('same', 0), record('half', 0, 100)]);
    const query = Float32Array.from(vector(0));
    const found = searchIndex(index, query, { top: 3, expand: 0 });
    expect(names(found)).toEqual(['same', 'near', 'half']);
    expect(found[0].score).toBeCloseTo(1, 6);
    expect(found[2].score).toBeCloseTo(Math.SQRT1_2, 3);
    expect(names(searchIndex(index, query, { except: 'same', expand: 0, top: 2 }))).toEqual(['near', 'half']);
  });

  test('finds by what it found what the query alone is unlike', async () => {
    await using index = await openIndex(join(folder, 'expand'), { model });
    // A chain of views: each overlaps the next one only.
    await index.append([record('next', 0, 100), record('over', 1, 100), record('other', 50, 100)]);
    const query = Float32Array.from(vector(0));
    const score = (expand: number): number =>
      searchIndex(index, query, { expand }).find(({ file }) => file === 'over')!.score;
    expect(score(0)).toBeCloseTo(0, 6);
    expect(score(3)).toBeGreaterThan(0.1);
  });

  test('joins the parts of one folder, the last one of a file counting', async () => {
    for (const [part, axis] of [
      ['one', 3],
      ['two', 4],
    ] as const) {
      await using index = await openIndex(join(folder, part), { model });
      await index.append([record(part, axis), record('both', axis)]);
    }
    await using index = await openIndex(join(folder, 'whole'), { model });
    await mergeIndexes(index, [join(folder, 'one'), join(folder, 'two')]);
    expect([...index.files()].map(({ file }) => file).sort()).toEqual(['both', 'one', 'two']);
    expect(index.vector('both')).toEqual(vector(4));
  });

  test('of another model is not added to', async () => {
    const path = join(folder, 'other');
    await (await openIndex(path, { model })).close();
    const other = { ...model, fingerprint: 'f'.repeat(16) };
    await expect(openIndex(path, { model: other })).rejects.toThrow(/was made by stand-in/);
  });

  test('that is none, or damaged, is told of', async () => {
    const path = join(folder, 'broken');
    writeFileSync(path, 'no index');
    await expect(openIndex(path)).rejects.toThrow(/begins otherwise/);
    await expect(openIndex(join(folder, 'absent'))).rejects.toThrow(/no such file/);
    writeFileSync(path, 'whither-index 1\n');
    await expect(openIndex(path)).rejects.toThrow(/is empty/);
    expect(readFileSync(path, 'utf8')).toBe('whither-index 1\n');
  });

  test('has groups of duplicates', async () => {
    await using index = await openIndex(join(folder, 'groups'), { model });
    await index.append([
      record('b', 0, 5),
      record('a', 0),
      record('c', 0, 60),
      record('x', 7),
      record('y', 7, 1),
      record('z', 99),
    ]);
    const groups = findDuplicates(index);
    expect(groups.map(({ files }) => files)).toEqual([
      ['x', 'y'],
      ['a', 'b'],
    ]);
    expect(findDuplicates(index, { threshold: 0.85 })[1].files).toEqual(['a', 'b', 'c']);
  });

  test('refuses queries and options that make no sense', async () => {
    await using index = await openIndex(join(folder, 'checks'), { model });
    expect(searchIndex(index, new Float32Array(LENGTH))).toEqual([]);
    expect(() => searchIndex(index, new Float32Array(3))).toThrow(/descriptor of 128/);
    expect(() => searchIndex(index, new Float32Array(LENGTH), { top: 0 })).toThrow(/top/);
    expect(() => searchIndex(index, new Float32Array(LENGTH), { up: 1 } as object)).toThrow(/up/);
  });
});
