import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** What is a folder or a file of ours when it begins a path in a document. */
const OURS = /^(src|kernels|test|bench|fixtures|models|\.ci|\.github)\/[\w./-]+$/;

const CARDS = readdirSync(join(ROOT, 'models'))
  .map((name) => `models/${name}/README.md`)
  .filter((file) => existsSync(join(ROOT, file)));

const TRAININGS = CARDS.map((file) => file.replace('README', 'TRAINING')).filter((file) =>
  existsSync(join(ROOT, file)),
);

const DOCUMENTS = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'bench/README.md',
  'fixtures/README.md',
  'models/README.md',
  'models/OWN.md',
  ...CARDS,
  ...TRAININGS,
];

/** Words that are out, with those that stand for them. */
const OUT: readonly (readonly [RegExp, string])[] = [
  [/\bpictures?\b/i, 'image'],
  [/\bunless told\b/i, 'defaults to'],
  [/\bhidden in B\b/i, 'occluded'],
  [/\b(first|second|third|fourth) training\b/i, 'TRAINING.md'],
];

/** Where words are looked for: documents, and sources of the library, its tests, benches and examples. */
const WORDED = [
  ...DOCUMENTS.filter((file) => !file.endsWith('TRAINING.md')),
  ...['src', 'test', 'bench', 'fixtures'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name.split(sep).join('/')}`),
  ),
];

/** A sentence for every line of a text that has a word that is out. */
const wordsOut = (file: string, text: string): string[] =>
  text
    .split('\n')
    .flatMap((line, i) =>
      OUT.filter(([word]) => word.test(line)).map(
        ([word, instead]) => `${file}:${i + 1} has ${word.exec(line)![0]}: write ${instead}`,
      ),
    );

/** Words of each sentence of a document, without tables, headings and code. */
function sentenceLengths(text: string): number[] {
  const prose = text
    .replace(/```[^]*?```/g, '')
    .split('\n')
    .filter((line) => !/^(\s*\||#| {4})/.test(line))
    .join('\n');
  return prose
    .split(/\n\s*(?:[-*]|\d+\.) |\n\s*\n/)
    .flatMap((paragraph) => paragraph.split(/(?<=[.!?:])\s+(?=[A-Z`[*\d])/))
    .map((sentence) => sentence.trim().split(/\s+/).length)
    .filter((words) => words > 2);
}

const medianOf = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** The targets of links to files, without what follows `#`. */
function linksOf(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target.replace(/#.*$/, ''))
    .filter((target) => target && !/^[a-z]+:/.test(target));
}

/** Paths of the training side are told from `models`. */
const OF_TRAINING = /^(common|homography|semantic)\/\w+\.(py|cpp)$/;

/** The paths of ours that a document sets as code. */
function pathsOf(text: string): string[] {
  return [...text.matchAll(/`([^`\s]+)`/g)]
    .map(([, code]) => (OF_TRAINING.test(code) ? `models/${code}` : code))
    .filter((code) => OURS.test(code));
}

/** The links and paths of a document that lead nowhere. */
function missing(file: string): string[] {
  const text = read(file);
  const links = linksOf(text).map((target) => join(dirname(file), target));
  return [...links, ...pathsOf(text)].filter((path) => !existsSync(join(ROOT, path)));
}

/** Whether npm packs a file: what `files` of package.json names, and the two that it always takes. */
function isPacked(file: string): boolean {
  const { files } = JSON.parse(read('package.json')) as { files: string[] };
  const patterns = files.map((glob) => glob.replace(/\./g, '\\.').replace(/\*/g, '[^/]*'));
  return ['README.md', 'LICENSE'].includes(file) || patterns.some((p) => new RegExp(`^${p}(/|$)`).test(file));
}

/** What users have: README.md, and the documents that it leads to. */
const PACKED = DOCUMENTS.filter(isPacked);

describe('the documents', () => {
  it.each(DOCUMENTS)('%s names only files that exist', (file) => {
    expect(missing(file)).toEqual([]);
  });

  it.each(PACKED)('%s links to what the package holds', (file) => {
    const links = linksOf(read(file)).map((target) => join(dirname(file), target));
    expect(links.filter((target) => !isPacked(target))).toEqual([]);
  });

  it('say what they mean by the words that the field uses', () => {
    const files = WORDED.filter((file) => file !== 'test/documents.test.ts');
    expect(files.length).toBeGreaterThan(400);
    expect(files.flatMap((file) => wordsOut(file, read(file)))).toEqual([]);
  });

  it.each(DOCUMENTS)('%s has short sentences: at most 18 words in the median', (file) => {
    expect(medianOf(sentenceLengths(read(file)))).toBeLessThanOrEqual(18);
  });

  it('keep README.md short', () => {
    expect(read('README.md').split('\n').length).toBeLessThan(150);
  });

  it('name every example in README.md', () => {
    const programs = readdirSync(join(ROOT, 'fixtures/examples')).filter((name) => name.endsWith('.ts'));
    expect(programs.filter((name) => !read('README.md').includes(name))).toEqual([]);
  });
});

describe('the rules themselves', () => {
  it('find words that are out, and count those of sentences', () => {
    expect(wordsOut('a.md', 'An image.\nPictures, 3 unless told.')).toEqual([
      'a.md:2 has Pictures: write image',
      'a.md:2 has unless told: write defaults to',
    ]);
    expect(
      sentenceLengths('# One two three\n\nOne two three. Four five six seven.\n\n- Eight nine ten.'),
    ).toEqual([3, 4, 3]);
  });

  it('find links and paths', () => {
    expect(linksOf('[a](b/c.md#d), ![e](f.png), [g](https://h), [i](#j)')).toEqual(['b/c.md', 'f.png']);
    expect(pathsOf('`src/core` `npm test` `models/<name>/x` `common/loop.py`')).toEqual([
      'src/core',
      'models/common/loop.py',
    ]);
    expect(isPacked('models/siam/README.md')).toBe(true);
    expect(isPacked('models/common/loop.py')).toBe(false);
  });
});
