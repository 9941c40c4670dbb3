import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What each folder may import of ours besides itself; a folder that is missing here has no right to exist. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  kernels: [],
  'src/core': ['kernels/types.ts', 'kernels/wasm/platform.ts'],
  'src/runtime': ['src/core'],
  'src/draw': ['src/core'],
  'src/io/disk': ['src/core'],
  'src/io/image': ['src/core', 'src/io/disk'],
  'src/io/flow': ['src/core', 'src/io/disk', 'src/io/image'],
  'src/io/frames': ['src/core', 'src/io/disk', 'src/io/image'],
  'src/io/records': ['src/core', 'src/io/disk'],
  'src/io': ['src/core'],
  'src/flow/field': ['src/core', 'kernels'],
  'src/flow/adapt': ['src/core', 'src/runtime', 'src/flow/types.ts', 'src/flow/field', 'kernels'],
  'src/flow/tiles': ['src/core', 'src/flow/types.ts', 'src/flow/field', 'kernels'],
  'src/flow/network': [
    'src/core',
    'src/runtime',
    'src/flow/types.ts',
    'src/flow/field',
    'src/flow/adapt',
    'src/flow/tiles',
    'kernels',
  ],
  'src/flow': ['src/core', 'src/runtime', 'kernels'],
  'src/geometry': ['src/core'],
  'src/features': ['src/core', 'src/geometry', 'kernels'],
  'src/match': ['src/core', 'src/runtime', 'src/draw', 'src/features', 'src/geometry', 'kernels'],
  'src/track': ['src/core', 'src/flow', 'src/geometry', 'kernels'],
  'src/video': ['src/core', 'src/flow', 'src/geometry', 'src/track', 'kernels'],
  'src/find': ['src/core', 'src/runtime', 'src/io', 'src/match', 'kernels'],
  'src/stitch/cameras': ['src/core', 'src/stitch/types.ts'],
  'src/stitch/lens': ['src/core', 'src/stitch/types.ts', 'src/stitch/cameras'],
  'src/stitch/sources': ['src/core', 'src/stitch/types.ts', 'kernels'],
  'src/stitch/register': [
    'src/core',
    'src/features',
    'src/geometry',
    'src/stitch/types.ts',
    'src/stitch/cameras',
    'src/stitch/lens',
    'src/stitch/sources',
  ],
  'src/stitch/canvas': [
    'src/core',
    'src/stitch/types.ts',
    'src/stitch/cameras',
    'src/stitch/lens',
    'kernels',
  ],
  'src/stitch/exposure': ['src/core', 'src/stitch/types.ts', 'src/stitch/cameras', 'src/stitch/canvas'],
  'src/stitch/seams': ['src/core', 'src/features', 'src/stitch/types.ts', 'src/stitch/canvas', 'kernels'],
  'src/stitch/compose': [
    'src/core',
    'src/stitch/types.ts',
    'src/stitch/cameras',
    'src/stitch/canvas',
    'src/stitch/seams',
    'src/stitch/sources',
    'kernels',
  ],
  'src/stitch/sphere': ['src/core', 'src/stitch/canvas'],
  'src/stitch': ['src/core', 'src/runtime', 'src/draw', 'src/features', 'src/geometry', 'kernels'],
  'src/worker': ['src/core', 'src/runtime', 'src/flow', 'src/match', 'src/stitch', 'kernels'],
  'src/web/page': ['src/core', 'src/web'],
  'src/web': [
    'src/core',
    'src/runtime',
    'src/draw',
    'src/io/flow',
    'src/flow',
    'src/match',
    'src/worker',
    'kernels',
  ],
  'src/import': [
    'src/core',
    'src/io/disk',
    'src/runtime',
    'src/features',
    'src/flow',
    'src/match',
    'kernels',
  ],
  'src/cli': ['src', 'kernels'],
  'src/api': [
    'src/core',
    'src/runtime',
    'src/draw',
    'src/io',
    'src/flow',
    'src/geometry',
    'src/features',
    'src/match',
    'src/stitch',
    'src/find',
    'src/track',
    'src/video',
    'src/import',
    'kernels',
  ],
  'src/index.ts': [
    'src/core',
    'src/runtime',
    'src/draw',
    'src/io',
    'src/flow',
    'src/geometry',
    'src/features',
    'src/match',
    'src/stitch',
    'src/worker',
    'src/track',
    'src/video',
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

/** Every file that a file imports of ours, type imports included. */
function targetsOf(file: string, text: string): string[] {
  return importsOf(text)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => join(dirname(file), specifier).split(sep).join('/'));
}

/** Files that belong to a whole tree, not to the one folder they lie in, and what all kernels are built with. */
const OPEN = /^kernels\/(types|errors)\.ts$|^kernels\/(wasm|built|assembly\/shared)\//;

/** A sentence for every import that enters another folder elsewhere than by its `index.ts`. */
function missedDoors(file: string, text: string): string[] {
  return targetsOf(file, text)
    .filter((target) => !isUnder(file, dirname(target)) && !/(^|\/)index\.ts$/.test(target))
    .filter((target) => !OPEN.test(target))
    .map((target) => `${file} must import ${target} by its folder's index.ts`);
}

/** Groups of files that import each other, each in one sentence. */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) found.push([...path.slice(at), file].join(' -> '));
    if (at >= 0 || done.has(file)) return;
    for (const target of graph.get(file) ?? []) walk(target, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  return found;
}

/** Files of a folder besides its door. */
const LARGEST_FOLDER = 15;

/** A sentence for every folder that holds too many source files; one and what replaces it in a browser are one. */
function crowded(files: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const file of files.filter((name) => !/\/index\.ts$|\.web\.ts$/.test(name)))
    counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count > LARGEST_FOLDER)
    .map(([folder, count]) => `${folder} holds ${count} files, more than ${LARGEST_FOLDER}`);
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
        ? RESERVED.every(
            ({ packages, folders }) =>
              !packages.test(specifier) || folders.some((room) => isUnder(folder, room)),
          )
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

/** Those that somebody wrote: kernels/built is made from kernels/assembly. */
const FILES = [...sourceFiles('kernels'), ...sourceFiles('src')].filter(
  (file) => !isUnder(file, 'kernels/built'),
);
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

describe('the architecture', () => {
  it('lets imports run one way', () => {
    expect(FILES.length).toBeGreaterThan(20);
    expect(FILES.flatMap((file) => violations(file, read(file)))).toEqual([]);
  });

  it('has no circle of imports, type imports included', () => {
    expect(circles(new Map(FILES.map((file) => [file, targetsOf(file, read(file))])))).toEqual([]);
  });

  it('enters a folder by its door', () => {
    expect(FILES.flatMap((file) => missedDoors(file, read(file)))).toEqual([]);
  });

  it('crowds no folder', () => {
    expect(crowded(FILES)).toEqual([]);
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

  it('find a circle, a missed door and a crowd', () => {
    const graph = new Map([
      ['a.ts', ['b.ts']],
      ['b.ts', ['c.ts', 'd.ts']],
      ['c.ts', ['a.ts']],
    ]);
    expect(circles(graph)).toEqual(['a.ts -> b.ts -> c.ts -> a.ts']);
    expect(missedDoors('src/flow/a.ts', "import type { X } from '../core/types.ts';")).toHaveLength(1);
    expect(missedDoors('src/flow/tiles/a.ts', "import type { X } from '../types.ts';")).toEqual([]);
    const crowd = Array.from({ length: LARGEST_FOLDER + 1 }, (_, i) => `src/x/${i}.ts`);
    expect(crowded([...crowd, 'src/x/index.ts'])).toHaveLength(1);
    expect(crowded(crowd.slice(1))).toEqual([]);
  });

  it('tell printing from the mention of it', () => {
    expect(prints('a.ts', '/** console.log(x) */ const log = console.log;')).toEqual([]);
    expect(prints('a.ts', '\nconsole.warn(1);')).toEqual(['a.ts:2 calls console.warn']);
  });
});
