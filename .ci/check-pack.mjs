/**
 * `npm run check:pack`: packs the package, installs it in an empty project with nothing but the npm registry, and runs
 * there what the README promises: its lines that install, its first example that imports `whither`, and the command.
 * Programs in three versions of TypeScript read its types.
 * Sizes are printed, and none may exceed its budget.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAIR = ['fixtures/images/box-a.jpg', 'fixtures/images/box-b.jpg'].map((name) => join(ROOT, name));
const work = mkdtempSync(join(tmpdir(), 'whither-pack-'));
const project = join(work, 'project');

/** The most that may be installed, in MB of 2^20 bytes. */
const BUDGET = { packed: 45, ours: 50, withoutVideo: 450, withVideo: 620 };
/** What gpu.js's optional `gl` may add where npm keeps it: older npm drops it where it cannot be built. */
const GL_BUDGET = 80;

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

const run = (command, args, cwd = project) => {
  console.log(`$ ${command} ${args.join(' ')}`);
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
};

function check(condition, message) {
  if (!condition) throw new Error(`Expected ${message}`);
}

/** The README's images, which lie among the fixtures. */
const SHOWN = /^fixtures\/images\/readme[^/]*\.jpg$/;

/** The tarball holds what runs, the models and their cards, and nothing of how they were made or tested. */
function pack() {
  const [{ filename, files, size }] = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', work], ROOT).replace(/^[^[]*/, ''),
  );
  const paths = files.map(({ path }) => path);
  for (const wanted of [
    'dist/src/index.js',
    'dist/src/index.d.ts',
    'dist/src/cli/main.js',
    'dist/src/worker/thread.js',
    'dist/src/web/index.d.ts',
    ...['whither.js', 'thread.js', 'kernel-thread.js', 'page.js', 'page.css', 'index.html'].map(
      (name) => `dist/web/${name}`,
    ),
    'LICENSE',
    'README.md',
  ])
    check(paths.includes(wanted), `${wanted} in the package`);
  const models = paths.filter((path) => /^models\/[^/]+\/model\.json$/.test(path));
  check(models.length, 'a model in the package');
  for (const path of models) {
    const folder = path.slice(0, -'model.json'.length);
    check(paths.includes(`${folder}README.md`), `${folder}README.md in the package`);
    for (const { file } of Object.values(JSON.parse(readFileSync(join(ROOT, path), 'utf8')).files))
      check(paths.includes(folder + file), `${folder}${file} in the package`);
  }
  const foreign = paths.filter(
    (path) =>
      !SHOWN.test(path) &&
      (/^(test|bench|fixtures|src|kernels|\.)|\.py$|\.test\./.test(path) || /(?<!\.d)\.ts$/.test(path)),
  );
  check(!foreign.length, `no tests, sources or training code in the package but found ${foreign.join(', ')}`);
  console.log(`${filename}: ${paths.length} files`);
  checkSize('packed', size);
  return join(work, filename);
}

/** Prints a size, and refuses one over its budget. */
function checkSize(name, bytes, budget = BUDGET[name]) {
  const megabytes = bytes / 2 ** 20;
  console.log(`size: ${name} ${megabytes.toFixed(1)} MB, budget ${budget}`);
  check(megabytes <= budget, `${name} to take at most ${budget} MB but it takes ${megabytes.toFixed(1)}`);
}

/** Bytes of the files under a folder, 0 where there is none. */
function sizeOf(folder) {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, path, name }) => sum + statSync(join(parentPath ?? path, name)).size, 0);
}

/** Runs the README's line that installs what `pattern` says, with `replaced` for its name there. */
function install(pattern, replaced) {
  const line = README.split('\n').find(
    (text) => /^[A-Z_=a-z ]*npm install /.test(text) && pattern.test(text),
  );
  check(line, `a line in README.md that installs ${pattern}`);
  run('sh', ['-c', line.replace(/#.*/, '').replace(pattern, replaced)]);
}

/** Checks what is installed against a budget. */
function checkInstalled(name) {
  const modules = join(project, 'node_modules');
  const extra = existsSync(join(modules, 'gl')) ? GL_BUDGET : 0;
  checkSize(name, sizeOf(modules), BUDGET[name] + extra);
}

/** The README's first example in the language of the package. */
function readmeExample() {
  const blocks = README.matchAll(/```(?:js|ts|javascript|typescript)\n(.*?)```/gs);
  const example = [...blocks].map(([, code]) => code).find((code) => code.includes(`from 'whither'`));
  check(example, `an example in README.md that imports from 'whither'`);
  const lines = example.split('\n').filter((line) => line.trim() && !line.trim().startsWith('//'));
  check(lines.length <= 10, `an example of ten lines or less but it has ${lines.length}`);
  return example;
}

/** Runs the example on the two pictures of the fixtures, under whatever names it reads. */
function runExample() {
  const example = readmeExample();
  const names = (verb) =>
    [...example.matchAll(new RegExp(`${verb}\\('([^']+)'`, 'g'))].map(([, name]) => name);
  for (const [i, name] of names('readImage').entries()) copyFileSync(PAIR[i % 2], join(project, name));
  writeFileSync(join(project, 'example.mjs'), example);
  console.log(run('node', ['example.mjs']).trimEnd());
  for (const name of [...names('writeImage'), ...names('writeFlow')]) checkWritten(name);
}

function checkWritten(name) {
  check(existsSync(join(project, name)) && statSync(join(project, name)).size, `${name} to be written`);
}

/** A worker of the installed package, opened by `import` and, where Node can, by `require`; one that nobody closes ends too. */
function runWorker() {
  const body = `
    const { readImage, openWorker } = whither;
    const images = await Promise.all(${JSON.stringify(PAIR)}.map((path) => readImage(path)));
    const worker = await openWorker();
    const { flow } = await worker.estimateFlow(await worker.loadFlowModel(), ...images, { preset: 'fast' });
    console.log(flow.width, (await worker.match(...images)).reason ?? 'matched');`;
  writeFileSync(join(project, 'worker.mjs'), `import * as whither from 'whither';${body}`);
  writeFileSync(
    join(project, 'worker.cjs'),
    `const whither = require('whither');(async () => {${body} await worker.close(); })();`,
  );
  for (const name of ['worker.mjs', ...(process.features.require_module ? ['worker.cjs'] : [])])
    check(/^640 matched$/m.test(run('node', [name])), `a worker that answers in ${name}`);
}

function runCommand() {
  for (const [i, path] of PAIR.entries()) copyFileSync(path, join(project, `pair-${i}${extname(path)}`));
  const pair = ['pair-0.jpg', 'pair-1.jpg'];
  run('npx', ['whither', 'flow', ...pair, '-o', 'command.flo', '--color', 'command.png']);
  ['command.flo', 'command.png'].forEach(checkWritten);
  console.log(run('npx', ['whither', 'models']).trimEnd());
  // Of the built package too, for gpu.js compiles the text of its kernel, which a compiler may have changed.
  const means = ['onnxruntime', 'simd', 'gpu-cpu'].map((backend) => {
    const json = run('npx', [
      'whither',
      'flow',
      ...pair,
      '--json',
      '--max-size',
      '160',
      '--model',
      'flownet-c',
      '--backend',
      backend,
    ]);
    return JSON.parse(json).meanMagnitude;
  });
  check(
    Math.max(...means) - Math.min(...means) < 0.01,
    `one flow from every backend but received ${means.join(', ')}`,
  );
}

/** Video is refused with the line that installs it; that line, and it works. */
function runVideo() {
  copyFileSync(join(ROOT, 'fixtures/clip/box.mp4'), join(project, 'clip.mp4'));
  const flow = ['whither', 'flow', 'clip.mp4', '-o', 'out.mp4', '--preset', 'fast', '--max-size', '160'];
  const { status, stderr } = spawnSync('npx', flow, { cwd: project, encoding: 'utf8' });
  const name = `@seydx/node-av-${process.platform}-${process.arch}`;
  check(
    status === 1 && stderr.includes(`npm install ${name}@`),
    `a line that installs video but received ${stderr}`,
  );
  install(/@seydx\/node-av-linux-x64/, name);
  run('npx', flow);
  checkWritten('out.mp4');
}

/** A program that names all that the package exports, and what a user of its types meets first. */
const CONSUMER = `
import { estimateFlow, loadFlowModel, readImage } from 'whither';
import type { FlowField, Image } from 'whither';
${['flow', 'geometry', 'features', 'evaluate', 'stitch', 'models', 'kernels']
  .map((name) => `export * as ${name} from 'whither/${name}';`)
  .join('\n')}
export async function flowOf(a: string, b: string, signal: AbortSignal): Promise<FlowField> {
  const model = await loadFlowModel('whither-flow', { threads: 1 });
  const images: Image[] = [await readImage(a), await readImage(new URL(b))];
  const { flow } = await estimateFlow(model, images[0], images[1], { preset: 'fast', signal });
  await model.dispose();
  return flow;
}
// @ts-expect-error There is no such preset.
export const refused = (model: never, image: Image) => estimateFlow(model, image, image, { preset: 'best' });
`;

/** The oldest TypeScript that reads the types, the one that they are made with, and the newest. */
const TYPESCRIPTS = ['5.0.4', '5.9', 'latest'];

/** The types of the package in all versions, with and without those of Node, and nothing of them skipped. */
function checkTypes() {
  writeFileSync(join(project, 'consumer.mts'), CONSUMER);
  const shared = { noEmit: true, strict: true, module: 'node16', target: 'es2022' };
  for (const version of TYPESCRIPTS) {
    run('npm', ['install', '--no-save', `typescript@${version}`, '@types/node@20']);
    for (const own of [
      { types: ['node'], lib: ['es2022'] },
      { types: [], lib: ['es2022', 'dom'] },
    ]) {
      const settings = { compilerOptions: { ...shared, ...own }, files: ['consumer.mts'] };
      writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(settings));
      run(join(project, 'node_modules/.bin/tsc'), []);
    }
  }
}

try {
  const tarball = pack();
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "name": "empty", "private": true }\n');
  install(/whither$/, tarball);
  checkSize('ours', sizeOf(join(project, 'node_modules/whither')));
  checkInstalled('withoutVideo');
  runExample();
  runWorker();
  runCommand();
  runVideo();
  checkInstalled('withVideo');
  checkTypes();
  console.log('The package installs and runs.');
} finally {
  rmSync(work, { recursive: true, force: true });
}
