/**
 * `npm run build`: the package in `dist/`. Types a file each; code in as few files as need be, since Node takes longer
 * to open three hundred modules than to read them. `node .ci/build.mjs FILE OUT.js` builds one file as the command is.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildPage } from './web.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const SETTINGS = {
  absWorkingDir: ROOT,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
};

/**
 * To `import` a CommonJS package, Node first reads its text for the names in it, which takes 10 MB and 30 ms: the command
 * has it by `require`. The library has not, for bundlers do not see through it.
 */
const COMMON_JS = /^(sharp|ml-matrix|ndarray|commander|cli-progress)$/;

const byRequire = {
  name: 'by-require',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: COMMON_JS }, ({ path, namespace }) =>
      namespace === 'by-require' ? { path, external: true } : { path, namespace: 'by-require' },
    );
    onLoad({ filter: /.*/, namespace: 'by-require' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

/** Modules of ours do nothing but define, so that of a folder's door only what is used gets in. */
const withoutEffects = {
  name: 'without-effects',
  setup({ onResolve }) {
    onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path),
      sideEffects: /no-telemetry/.test(path),
    }));
  },
};

const COMMAND = {
  ...SETTINGS,
  plugins: [byRequire, withoutEffects],
  banner: {
    js: `import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);`,
  },
};

const [file, out] = process.argv.slice(2);
if (file) await build({ ...COMMAND, entryPoints: [resolve(file)], outfile: resolve(out) });
else {
  rmSync(`${ROOT}dist`, { recursive: true, force: true });
  execFileSync(
    process.execPath,
    [`${ROOT}node_modules/typescript/bin/tsc`, '-p', `${ROOT}src`, '--emitDeclarationOnly'],
    { stdio: 'inherit' },
  );
  const inParts = { splitting: true, outdir: 'dist', outbase: '.' };
  await build({
    ...SETTINGS,
    plugins: [withoutEffects],
    ...inParts,
    entryPoints: [
      'src/index.ts',
      'src/worker/thread.ts',
      'kernels/index.ts',
      ...readdirSync(`${ROOT}src/api`).map((name) => `src/api/${name}`),
    ],
    chunkNames: 'parts/[name]-[hash]',
  });
  await build({
    ...COMMAND,
    ...inParts,
    entryPoints: ['src/cli/main.ts'],
    chunkNames: 'src/cli/parts/[name]-[hash]',
  });
  await buildPage(`${ROOT}dist/web`);
  chmodSync(`${ROOT}dist/src/cli/main.js`, 0o755);
}
