/**
 * The build for browsers: `dist/web`. A file `name.web.ts` takes the place of `name.ts`, which it lies beside. Nothing of Node
 * may be left; packages are a part of it, but for ONNX Runtime.
 */
import { copyFileSync, existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What each file of `dist/web` is made of. */
export const WEB_ENTRIES = {
  whither: 'src/web/index.ts',
  thread: 'src/worker/thread.ts',
  'kernel-thread': 'kernels/wasm/thread.web.ts',
};

/** Modules of ours do nothing but define, apart from those that are an entry or a part of one. */
const EFFECTS = /no-telemetry|\/page\/page\.ts$|\/worker\/thread\.ts$|\/wasm\/thread\.web\.ts$/;

const inBrowser = {
  name: 'in-browser',
  setup({ onResolve }) {
    onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, ({ path, resolveDir }) => {
      const file = resolve(resolveDir, path);
      const instead = file.replace(/\.ts$/, '.web.ts');
      const found = existsSync(instead) ? instead : file;
      return { path: found, sideEffects: EFFECTS.test(found) };
    });
    // What is not reached from the entries is left out, and with it what it imports of Node.
    onResolve({ filter: /^node:|^(sharp|onnxruntime-)/ }, ({ path }) => ({
      path,
      external: true,
      sideEffects: false,
    }));
  },
};

const PAGE = 'src/web/page';

/** The page asks for the library at its address. */
const besideLibrary = {
  name: 'beside-library',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.\/index\.ts$/ }, () => ({ path: './whither.js', external: true }));
  },
};

/** Builds the library for browsers in a folder; gives what esbuild says of it. */
export const buildWeb = (outdir, entryPoints = WEB_ENTRIES, plugins = []) =>
  build({
    absWorkingDir: ROOT,
    entryPoints,
    outdir,
    bundle: true,
    minify: true,
    metafile: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [...plugins, inBrowser],
  });

/** The library and the page that shows it. */
export async function buildPage(outdir) {
  await buildWeb(outdir);
  await buildWeb(outdir, { page: `${PAGE}/page.ts` }, [besideLibrary]);
  for (const name of ['index.html', 'page.css']) copyFileSync(`${ROOT}${PAGE}/${name}`, `${outdir}/${name}`);
}
