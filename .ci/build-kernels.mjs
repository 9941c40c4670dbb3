/**
 * Compiles the kernels of kernels/assembly to WebAssembly, as text in kernels/built: `npm run build:kernels [-- NAME ...]`.
 * With --check nothing is written: it fails where a file is not what its source gives.
 */

import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = join(ROOT, 'kernels/assembly');
const SHARED = 'shared';

/** Options of every build. The memory comes from outside and may be shared by threads. */
const OPTIONS = [
  ...['--runtime', 'stub', '-O3', '--converge', '--noAssert', '--noExportMemory'],
  ...['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '32768'],
  ...['--enable', 'simd', '--enable', 'threads'],
  // Addresses have 32 bits in all that is made here, and no vector leaves a module.
  ...['--disableWarning', '201', '--disableWarning', '112'],
];
const RELAXED = ['--enable', 'relaxed-simd'];

/** Compiles one source; returns the module's bytes. */
async function compile(source, options) {
  let binary;
  const { error, stderr } = await asc.main([source, '--outFile', 'out.wasm', ...OPTIONS, ...options], {
    readFile: (name, folder) => {
      const path = join(folder, name);
      return existsSync(path) ? readFileSync(path, 'utf8') : null;
    },
    writeFile: (_, data) => void (binary = data),
    listFiles: () => [],
  });
  const said = stderr.toString();
  if (error || said) throw new Error(`${source}\n${said}`);
  return Buffer.from(binary).toString('base64');
}

/** The text of the file that a source is compiled to. */
async function build(source) {
  const builds = { plain: await compile(source, []) };
  if (readFileSync(join(ROOT, source), 'utf8').includes('ASC_FEATURE_RELAXED_SIMD'))
    builds.relaxed = await compile(source, RELAXED);
  const lines = Object.entries(builds).map(([name, text]) => `export const ${name} =\n  '${text}';\n`);
  return `// Made from ${source} by npm run build:kernels; not to be edited.\n\n${lines.join('\n')}`;
}

process.chdir(ROOT);
const [check, ...wanted] = process.argv.includes('--check') ? [true] : [false, ...process.argv.slice(2)];
const sources = readdirSync(SOURCES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== SHARED)
  .flatMap(({ name }) => readdirSync(join(SOURCES, name)).map((file) => `kernels/assembly/${name}/${file}`))
  .filter((source) => !wanted.length || wanted.includes(basename(source, '.ts')));
if (!sources.length) throw new Error(`Expected names of kernels but received ${wanted.join(', ')}`);
let stale = 0;
for (const source of sources) {
  const file = `kernels/built/${basename(source)}`;
  const text = await build(source);
  const same = existsSync(file) && readFileSync(file, 'utf8') === text;
  if (check && !same)
    console.error(`${file} is not what ${source} gives: run npm run build:kernels`, ++stale);
  if (!check && !same) writeFileSync(file, text);
}
process.exitCode = stale ? 1 : 0;
