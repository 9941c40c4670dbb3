import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NAMES = readdirSync(`${ROOT}fixtures/examples`)
  .filter((name) => name.endsWith('.ts'))
  .map((name) => basename(name, '.ts'));

/** What each program prints, by its name. */
const printed = new Map<string, string>();

/** What a program may import by subpath. */
const subpaths = Object.fromEntries(
  readdirSync(`${ROOT}src/api`).map((file) => [`whither/${basename(file, '.ts')}`, `${ROOT}src/api/${file}`]),
);

/** Compiled, for a worker thread runs nothing but JavaScript; inside the repository, where models are found. */
async function compile(folder: string): Promise<string> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: NAMES.map((name) => `fixtures/examples/${name}.ts`),
    outdir: folder,
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    alias: { ...subpaths, whither: `${ROOT}src/index.ts` },
    outExtension: { '.js': '.mjs' },
  });
  const main = `${folder}/run-all.mjs`;
  const calls = NAMES.map((name) => `console.log('== ${name}');\nawait import('./${name}.mjs');\n`);
  await writeFile(main, calls.join(''));
  return main;
}

/** All programs in one process: starting costs more than most of them. */
beforeAll(async () => {
  const folder = `${ROOT}out/test-examples`;
  const { stdout } = await promisify(execFile)(process.execPath, [await compile(folder)], { cwd: ROOT });
  await rm(folder, { recursive: true });
  for (const part of stdout.split('== ').slice(1)) {
    const end = part.indexOf('\n');
    printed.set(part.slice(0, end), part.slice(end + 1));
  }
}, 300_000);

describe('the examples', () => {
  it.each(NAMES)('%s runs and prints', (name) => {
    expect(printed.get(name)).toMatch(/\S/);
  });

  it('are right where the truth is known', () => {
    const [, epe] = /epe: ([\d.]+)/.exec(printed.get('metrics')!)!;
    expect(Number(epe)).toBeLessThan(0.5);
    expect(printed.get('panorama')).toMatch(/^3 images, .*, 640 x 480$/m);
    expect(printed.get('panorama-report')).toContain('left out fixtures/images/cat-a.jpg');
    expect(printed.get('patch-similarity')).toContain('another place counts as the same: false');
    expect(printed.get('server')).toMatch(/^200 /);
  });
});
