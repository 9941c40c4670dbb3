/**
 * `npm run check:pack`: packs the package, installs it in an empty project with nothing but the npm registry, and runs
 * there what the README promises: its first example that imports `whither`, and the command.
 */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
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

const run = (command, args, cwd = project) => {
  console.log(`$ ${command} ${args.join(' ')}`);
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
};

function check(condition, message) {
  if (!condition) throw new Error(`Expected ${message}`);
}

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
    (path) => /^(test|bench|fixtures|src|kernels|\.)|\.py$|\.test\./.test(path) || /(?<!\.d)\.ts$/.test(path),
  );
  check(!foreign.length, `no tests, sources or training code in the package but found ${foreign.join(', ')}`);
  console.log(`${filename}: ${paths.length} files, ${(size / 1e6).toFixed(1)} MB`);
  return join(work, filename);
}

/** The README's first example in the language of the package. */
function readmeExample() {
  const blocks = readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(
    /```(?:js|ts|javascript|typescript)\n(.*?)```/gs,
  );
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

try {
  const tarball = pack();
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "name": "empty", "private": true }\n');
  run('npm', ['install', '--no-audit', '--no-fund', tarball]);
  runExample();
  runCommand();
  console.log('The package installs and runs.');
} finally {
  rmSync(work, { recursive: true, force: true });
}
