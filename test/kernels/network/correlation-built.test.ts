import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** What a user's program does, in plain Node: no loader, no test runner. */
const PROGRAM = `
const { correlate } = await import('./index.mjs');
const map = { channels: 1, height: 1, width: 2, data: Float32Array.of(2, 3) };
for (const backend of ['simd', 'gpu-webasm', 'gpu-cpu']) {
  const { data } = await correlate(map, map, { radius: 1, backend, threads: 2 });
  console.log(backend, [...data].join(' '));
}`;

// gpu.js compiles the text of a function and the threads run a text: both must survive what tools do to code.
describe.each([
  ['bundled', {}],
  ['bundled, minified, names kept', { minify: true, keepNames: true }],
])('the kernels %s', (_, options) => {
  let folder: string;
  beforeAll(async () => {
    // Under node_modules, where the program finds the packages and nobody else looks.
    folder = await mkdtemp(join(ROOT, 'node_modules', '.built-'));
    await build({
      entryPoints: [join(ROOT, 'kernels/correlation/index.ts')],
      ...{ bundle: true, splitting: true, format: 'esm', platform: 'node', target: 'node20' },
      ...{ outdir: folder, outExtension: { '.js': '.mjs' }, external: ['gpu.js', 'webgpu'] },
      ...options,
    } as Parameters<typeof build>[0]);
    await writeFile(join(folder, 'program.mjs'), PROGRAM);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('compute in plain Node, print nothing and let the process end', async () => {
    const program = join(folder, 'program.mjs');
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [program], { timeout: 30_000 });
    const volume = ['0 0', '0 0', '0 0', '0 6', '4 9', '6 0', '0 0', '0 0', '0 0'].join(' ');
    expect(stdout).toBe(`simd ${volume}\ngpu-webasm ${volume}\ngpu-cpu ${volume}\n`);
    expect(stderr).toBe('');
  });
});
