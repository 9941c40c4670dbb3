import { cpSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readImage } from '../../src/io/index.ts';
import { makeScratch, runCommand } from './run-command.ts';

const scratch = makeScratch();
const at = scratch.path;

beforeAll(() => {
  mkdirSync(at('photos/inner'), { recursive: true });
  for (const name of ['box-a', 'box-b', 'cat-a', 'cat-b'])
    cpSync(`fixtures/images/${name}.jpg`, at(`photos/${name === 'cat-b' ? 'inner/' : ''}${name}.jpg`));
});
afterAll(() => scratch.remove());

const index = (...args: string[]) => runCommand(['index', ...args]);
const search = (...args: string[]) => runCommand(['search', ...args]);
interface Found {
  readonly file: string;
  readonly score: number;
  readonly inliers?: number;
}
const results = (stdout: string): readonly Found[] => (JSON.parse(stdout) as { results: Found[] }).results;

test('photos are described once, and again where they changed', async () => {
  const first = await index(at('photos'), '-o', at('a.index'), '--json');
  expect(first.code).toBe(0);
  expect(JSON.parse(first.stdout)).toMatchObject({ photos: 4, added: 4, failed: [] });
  utimesSync(at('photos/cat-a.jpg'), 1, 1);
  writeFileSync(at('photos/broken.jpg'), 'no image');
  const second = await index(at('photos'), '-o', at('a.index'), '--json');
  rmSync(at('photos/broken.jpg'));
  expect(second.code).toBe(2);
  expect(second.stderr).toContain('broken.jpg');
  expect(JSON.parse(second.stdout)).toMatchObject({ photos: 4, added: 0, updated: 1, unchanged: 3 });
});

test('the other view of a scene is found, the query left out, and the match drawn', async () => {
  await index(at('photos'), '-o', at('b.index'));
  const args = [at('photos/box-a.jpg'), '--index', at('b.index'), '--json'];
  const plain = await search(...args, '--top', '2');
  expect(JSON.parse(plain.stdout)).toMatchObject({ query: at('photos/box-a.jpg') });
  expect(results(plain.stdout)).toHaveLength(2);
  expect(results(plain.stdout)[0].file).toBe(at('photos/box-b.jpg'));
  const verified = results((await search(...args, '--verify', '--sheet', at('sheet.jpg'))).stdout);
  expect(verified[0]).toMatchObject({ file: at('photos/box-b.jpg') });
  expect(verified[0].inliers).toBeGreaterThan(20);
  expect(verified.map(({ file }) => file)).not.toContain(at('photos/box-a.jpg'));
  const sheet = await readImage(at('sheet.jpg'));
  expect([sheet.width, sheet.height > 600]).toEqual([1200, true]);
});

test('shards are disjoint, and merged they are the whole', async () => {
  const parts = [at('1.index'), at('2.index')];
  let photos = 0;
  for (const [k, part] of parts.entries()) {
    const { stdout } = await index(at('photos'), '-o', part, '--shard', `${k + 1}/2`, '--json');
    photos += (JSON.parse(stdout) as { photos: number }).photos;
  }
  expect(photos).toBe(4);
  const { stdout } = await index('--merge', ...parts, '-o', at('merged.index'), '--json');
  expect(JSON.parse(stdout)).toMatchObject({ photos: 4, added: 4 });
});

test('files that are gone are forgotten where that is asked for', async () => {
  await index(at('photos'), '-o', at('c.index'));
  const { stdout } = await index(at('photos/inner'), '-o', at('c.index'), '--prune', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ photos: 1, unchanged: 1, removed: 3 });
});

test('copies are found', async () => {
  mkdirSync(at('copies'));
  for (const name of ['box-a', 'cat-a']) cpSync(at(`photos/${name}.jpg`), at(`copies/${name}.jpg`));
  cpSync(at('photos/cat-a.jpg'), at('copies/cat-again.jpg'));
  const { stdout, stderr } = await runCommand(['duplicates', at('copies'), '--json']);
  const { groups } = JSON.parse(stdout) as { groups: { files: string[] }[] };
  expect(groups.map(({ files }) => files)).toEqual([[at('copies/cat-a.jpg'), at('copies/cat-again.jpg')]]);
  expect(stderr).toContain('1 groups of duplicates among 3 photos');
});

test('what makes no sense is refused in one line, and nothing is touched', async () => {
  writeFileSync(at('letter.txt'), 'Dear Sir');
  expect((await index(at('photos'), '-o', at('letter.txt'))).stderr).toMatch(/^whither: Expected .*\n$/);
  expect(readFileSync(at('letter.txt'), 'utf8')).toBe('Dear Sir');
  expect((await index(at('nowhere'), '-o', at('d.index'))).stderr).toContain('there is none');
  expect((await index(at('photos'), '-o', at('d.index'), '--shard', '4/3')).stderr).toContain('3/16');
  expect((await search(at('photos/cat-a.jpg'), '--index', at('absent.index'))).stderr).toContain(
    'no such file',
  );
});
