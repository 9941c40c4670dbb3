/**
 * `npm run build`: the package in `dist/`. Types a file each; code in as few files as need be, since Node takes longer
 * to open three hundred modules than to read them. `node .ci/build.mjs FILE OUT.js` builds one file in the same way.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** @param {import('esbuild').BuildOptions} options */
const bundle = (options) =>
  build({
    absWorkingDir: ROOT,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
    ...options,
  });

const [file, out] = process.argv.slice(2);
if (file) await bundle({ entryPoints: [file], outfile: out });
else {
  rmSync(`${ROOT}dist`, { recursive: true, force: true });
  execFileSync(
    process.execPath,
    [`${ROOT}node_modules/typescript/bin/tsc`, '-p', `${ROOT}src`, '--emitDeclarationOnly'],
    { stdio: 'inherit' },
  );
  await bundle({
    entryPoints: ['src/index.ts', 'kernels/index.ts', 'src/cli/main.ts'],
    splitting: true,
    outdir: 'dist',
    outbase: '.',
    chunkNames: 'parts/[name]-[hash]',
  });
  chmodSync(`${ROOT}dist/src/cli/main.js`, 0o755);
}
