import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What each folder may import of ours besides itself; a folder that is missing here has no right to exist. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  kernels: [],
  'src/core': ['kernels/types.ts'],
  'src/runtime': ['src/core'],
  'src/io': ['src/core'],
  'src/flow': ['src/core', 'src/runtime', 'kernels'],
  'src/geometry': ['src/core'],
  'src/features': ['src/core', 'src/geometry', 'kernels'],
  'src/match': ['src/core', 'src/runtime', 'src/features', 'src/geometry', 'kernels'],
  'src/stitch': ['src/core', 'src/runtime', 'src/features', 'src/geometry', 'kernels'],
  'src/cli': ['src', 'kernels'],
  'src/index.ts': [
    'src/core',
    'src/runtime',
    'src/io',
    'src/flow',
    'src/geometry',
    'src/features',
    'src/match',
    'src/stitch',
    'kernels',
  ],
};

/** Packages and the only folders that may import them. */
const RESERVED: readonly { readonly packages: RegExp; readonly folders: readonly string[] }[] = [
  { packages: /^onnxruntime-/, folders: ['src/runtime'] },
  { packages: /^(node:)?fs(\/promises)?$/, folders: ['src/io', 'src/runtime'] },
  { packages: /^(sharp|node-av)(\/|$)/, folders: ['src/io', 'src/runtime'] },
];

function sourceFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

function importsOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map((file) => file.fileName);
}

/** The key of ALLOWED that a file belongs to. */
function folderOf(file: string): string | undefined {
  return Object.keys(ALLOWED).find((folder) => isUnder(file, folder));
}

function isUnder(file: string, folder: string): boolean {
  return file === folder || file.startsWith(`${folder}/`);
}

/** A sentence for every import of `file` that breaks a rule. */
function violations(file: string, text: string): string[] {
  const folder = folderOf(file);
  if (folder === undefined) return [`${file} lies in a folder that no import rule knows`];
  return importsOf(text).flatMap((specifier) => {
    const target = specifier.startsWith('.')
      ? join(dirname(file), specifier).split(sep).join('/')
      : undefined;
    const allowed =
      target === undefined
        ? RESERVED.every(({ packages, folders }) => !packages.test(specifier) || folders.includes(folder))
        : [folder, ...ALLOWED[folder]].some((place) => isUnder(target, place));
    return allowed ? [] : [`${file} must not import ${specifier}`];
  });
}

/** Lines on which a file prints. */
function prints(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const called = node.expression.getText(source);
      if (/^console\.|^process\.(stdout|stderr)\.write$/.test(called))
        found.push(
          `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1} calls ${called}`,
        );
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const FILES = [...sourceFiles('kernels'), ...sourceFiles('src')];
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

describe('the architecture', () => {
  it('lets imports run one way', () => {
    expect(FILES.length).toBeGreaterThan(20);
    expect(FILES.flatMap((file) => violations(file, read(file)))).toEqual([]);
  });

  it('keeps the library silent', () => {
    const library = FILES.filter((file) => !isUnder(file, 'src/cli'));
    expect(library.flatMap((file) => prints(file, read(file)))).toEqual([]);
  });
});

describe('the rules themselves', () => {
  it.each([
    ['kernels/warp/a.ts', "import { x } from '../../src/core/errors.ts';"],
    ['kernels/a.ts', "export * from '../src/core/types.ts';"],
    ['src/core/a.ts', "import type { X } from '../../kernels/warp/index.ts';"],
    ['src/flow/a.ts', "import { x } from '../match/index.ts';"],
    ['src/flow/a.ts', "const x = await import('../io/index.ts');"],
    ['src/flow/a.ts', "import { readFileSync } from 'node:fs';"],
    ['src/io/a.ts', "import { x } from '../runtime/index.ts';"],
    ['src/io/a.ts', "import ort from 'onnxruntime-node';"],
    ['src/cli/a.ts', "import { readFile } from 'fs/promises';"],
    ['src/index.ts', "export { main } from './cli/main.ts';"],
    ['src/flow/a.ts', "import sharp from 'sharp';"],
    ['src/misc/a.ts', ''],
  ])('catch %s with %s', (file, text) => {
    const found = violations(file, text);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(file);
  });

  it.each([
    ['kernels/warp/a.ts', "import type { FeatureMap } from '../types.ts';"],
    ['src/core/a.ts', "import type { FeatureMap } from '../../kernels/types.ts';"],
    ['src/core/a.ts', "import ndarray from 'ndarray';"],
    ['src/flow/a.ts', "import { x } from '../../kernels/warp/index.ts';"],
    ['src/runtime/a.ts', "import { readFile } from 'node:fs/promises';"],
    ['src/cli/a.ts', "import { x } from '../flow/index.ts';"],
  ])('let %s have %s', (file, text) => {
    expect(violations(file, text)).toEqual([]);
  });

  it('tell printing from the mention of it', () => {
    expect(prints('a.ts', '/** console.log(x) */ const log = console.log;')).toEqual([]);
    expect(prints('a.ts', '\nconsole.warn(1);')).toEqual(['a.ts:2 calls console.warn']);
  });
});
