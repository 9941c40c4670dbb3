import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT } from '../doors.ts';
import { buildWeb } from './build.ts';

const folder = mkdtempSync(join(tmpdir(), 'whither-web-'));
afterAll(() => rmSync(folder, { recursive: true }));
await buildWeb(folder);
const files = readdirSync(folder).sort();
const textOf = (file: string): string => readFileSync(join(folder, file), 'utf8');

/** Every module that a file asks for when it is loaded or runs. */
const importsOf = (file: string): string[] =>
  ts.preProcessFile(textOf(file), true, true).importedFiles.map(({ fileName }) => fileName);

describe('the bundle for browsers', () => {
  it('is three files that ask for ONNX Runtime alone', () => {
    expect(files).toEqual(['kernel-thread.js', 'thread.js', 'whither.js']);
    const runtimes = ['onnxruntime-web/wasm', 'onnxruntime-web/webgpu'];
    expect(files.map((file) => importsOf(file).sort())).toEqual([[], runtimes, runtimes]);
  });

  it.each(files)('has nothing of Node and makes no code of text: %s', (file) => {
    expect(textOf(file)).not.toMatch(/node:|\brequire\(|\bBuffer\b|\bprocess\.|\bnew Function\b|\beval\(/);
  });

  it('is small', () => {
    const bytes = files.reduce((sum, file) => sum + gzipSync(textOf(file)).length, 0);
    expect(bytes).toBeLessThan(2 ** 20);
  });
});

describe('what replaces a file in a browser', () => {
  const sources = ['src', 'kernels']
    .flatMap((room) =>
      readdirSync(join(ROOT, room), { recursive: true }).map((name) => join(room, `${name}`)),
    )
    .filter((file) => file.endsWith('.web.ts') && !file.endsWith('thread.web.ts'));

  it.each(sources)('exports what that exports: %s', (file) => {
    const names = (path: string): string[] =>
      [
        ...readFileSync(join(ROOT, path), 'utf8').matchAll(
          /^export (?:async )?(?:const|function) \{? ?(\w+)/gm,
        ),
      ].map(([, name]) => name);
    const replaced = names(file.replace('.web.ts', '.ts'));
    expect(replaced.length).toBeGreaterThan(0);
    expect(names(file)).toEqual(expect.arrayContaining(replaced));
  });
});
