/**
 * Compiles the kernels of kernels/assembly to WebAssembly, as text in kernels/built: `npm run build:kernels [-- NAME ...]`.
 * The code of their threads, kernels/wasm/thread.ts, becomes a text there too.
 * With --check nothing is written: it fails where a file is not what its source gives.
 */

import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { buildSync } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = 'kernels/assembly';
const SHARED = 'shared';
const THREAD = 'kernels/wasm/thread.ts';

/** Options of every build. The memory comes from outside and may be shared by threads. */
const OPTIONS = [
  ...['--runtime', 'stub', '-O3', '--converge', '--noAssert', '--noExportMemory'],
  ...['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '32768'],
  ...['--enable', 'simd', '--enable', 'threads'],
  // Addresses have 32 bits in all that is made here, and no vector leaves a module.
  ...['--disableWarning', '201', '--disableWarning', '112'],
];
const RELAXED = ['--enable', 'relaxed-simd'];

/** Compiles one source; returns the module's bytes, and whether any file of it asks for relaxed SIMD. */
async function compile(source, options) {
  let binary;
  let relaxes = false;
  const { error, stderr } = await asc.main([source, '--outFile', 'out.wasm', ...OPTIONS, ...options], {
    readFile: (name, folder) => {
      const path = join(folder, name);
      const text = existsSync(path) ? readFileSync(path, 'utf8') : null;
      relaxes ||= text?.includes('ASC_FEATURE_RELAXED_SIMD') ?? false;
      return text;
    },
    writeFile: (_, data) => void (binary = data),
    listFiles: () => [],
  });
  const said = stderr.toString();
  if (error || said) throw new Error(`${source}\n${said}`);
  return { text: Buffer.from(binary).toString('base64'), relaxes };
}

/** The code of a thread as the text that Node starts a worker with. */
function buildThread() {
  const settings = { bundle: true, write: false, minifyWhitespace: true, minifySyntax: true };
  const { outputFiles } = buildSync({
    ...settings,
    ...{ entryPoints: [THREAD], platform: 'node', format: 'cjs', target: 'node20' },
  });
  return `${madeFrom(THREAD)}export const text = ${JSON.stringify(outputFiles[0].text)};\n`;
}

/** The text of the file that a source is compiled to. */
async function build(source) {
  if (source === THREAD) return buildThread();
  const { text: plain, relaxes } = await compile(source, []);
  const relaxed = relaxes && (await compile(source, RELAXED)).text;
  const builds = { plain, ...(relaxed && relaxed !== plain && { relaxed }) };
  const lines = Object.entries(builds).map(([name, text]) => `export const ${name} =\n  '${text}';\n`);
  return `${madeFrom(source)}${lines.join('\n')}`;
}

const madeFrom = (source) => `// Made from ${source} by npm run build:kernels; not to be edited.\n\n`;

/** The sources in a folder: one, where it has an index, otherwise each file. */
const sourcesIn = (folder) =>
  existsSync(join(folder, 'index.ts'))
    ? [`${folder}/index.ts`]
    : readdirSync(folder).map((file) => `${folder}/${file}`);

/** What a kernel is called: its file or its folder. */
const nameOf = (source) => basename(source.replace('/index.ts', ''), '.ts');

process.chdir(ROOT);
const [check, ...wanted] = process.argv.includes('--check') ? [true] : [false, ...process.argv.slice(2)];
const sources = readdirSync(SOURCES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== SHARED)
  .flatMap(({ name }) => sourcesIn(`${SOURCES}/${name}`))
  .concat(THREAD)
  .filter((source) => !wanted.length || wanted.includes(nameOf(source)));
if (!sources.length) throw new Error(`Expected names of kernels but received ${wanted.join(', ')}`);
let stale = 0;
for (const source of sources) {
  const file = `kernels/built/${nameOf(source)}.ts`;
  const text = await build(source);
  const same = existsSync(file) && readFileSync(file, 'utf8') === text;
  if (check && !same)
    console.error(`${file} is not what ${source} gives: run npm run build:kernels`, ++stale);
  if (!check && !same) writeFileSync(file, text);
}
process.exitCode = stale ? 1 : 0;
