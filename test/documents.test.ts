import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** What is a folder or a file of ours when it begins a path in a document. */
const OURS = /^(src|kernels|test|bench|fixtures|models|\.ci|\.github)\/[\w./-]+$/;

const CARDS = readdirSync(join(ROOT, 'models'))
  .map((name) => `models/${name}/README.md`)
  .filter((file) => existsSync(join(ROOT, file)));

const DOCUMENTS = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'bench/README.md',
  'fixtures/README.md',
  'models/README.md',
  ...CARDS,
];

/** The targets of links to files, without what follows `#`. */
function linksOf(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target.replace(/#.*$/, ''))
    .filter((target) => target && !/^[a-z]+:/.test(target));
}

/** The paths of ours that a document sets as code. */
function pathsOf(text: string): string[] {
  return [...text.matchAll(/`([^`\s]+)`/g)].map(([, code]) => code).filter((code) => OURS.test(code));
}

/** The links and paths of a document that lead nowhere. */
function missing(file: string): string[] {
  const text = read(file);
  const links = linksOf(text).map((target) => join(dirname(file), target));
  return [...links, ...pathsOf(text)].filter((path) => !existsSync(join(ROOT, path)));
}

describe('the documents', () => {
  it.each(DOCUMENTS)('%s names only files that exist', (file) => {
    expect(missing(file)).toEqual([]);
  });

  it('keep README.md short', () => {
    expect(read('README.md').split('\n').length).toBeLessThan(150);
  });

  it('name every example in README.md', () => {
    const folder = 'fixtures/examples';
    const examples = existsSync(join(ROOT, folder)) ? readdirSync(join(ROOT, folder)) : [];
    const programs = examples.filter((name) => name.endsWith('.ts'));
    expect(programs.filter((name) => !read('README.md').includes(name))).toEqual([]);
  });
});

describe('the rules themselves', () => {
  it('find links and paths', () => {
    expect(linksOf('[a](b/c.md#d), ![e](f.png), [g](https://h), [i](#j)')).toEqual(['b/c.md', 'f.png']);
    expect(pathsOf('`src/core` `npm test` `models/<name>/x` `kernels/cut/index.ts`')).toEqual([
      'src/core',
      'kernels/cut/index.ts',
    ]);
  });
});
