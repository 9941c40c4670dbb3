import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { buildLibrary, runNode, runProgram } from './run-program.ts';

const { library, remove } = await buildLibrary();
afterAll(remove);

const PAIR = ['fixtures/images/box-a.jpg', 'fixtures/images/box-b.jpg'];

/** What needs no network: readers, classical matching, statistics of flow. */
const CLASSICAL = `
const { flowStatistics, match, readFlow, readImage } = await import(${JSON.stringify(library)});
const [a, b] = await Promise.all(${JSON.stringify(PAIR)}.map((path) => readImage(path)));
const { homography } = await match(a, b);
const flow = await readFlow('test/runtime/stand-in/golden.flo');
console.log(homography.length, flowStatistics(flow).meanMagnitude > 0);`;

const LOAD = `
const { loadFlowModel } = await import(${JSON.stringify(library)});
await loadFlowModel('whither-flow').catch((error) => console.log(error.name + ': ' + error.message));`;

describe('without ONNX Runtime', () => {
  const without = ['onnxruntime-node'];

  it('the library reads and matches', async () => {
    expect(await runProgram(CLASSICAL, { without })).toEqual({ code: 0, stdout: '9 true\n', stderr: '' });
  });

  it('a model is refused in one line that says what is missing', async () => {
    const { stdout } = await runProgram(LOAD, { without });
    expect(stdout).toMatch(
      /^ModelError: Expected ONNX Runtime to load on \w+ \w+ but Cannot find package 'onnxruntime-node': networks need .* load models with device 'wasm'\n$/,
    );
  });

  it('the command says so in one line and ends with 1', async () => {
    const { code, stderr } = await runNode(
      ['--import', 'tsx', 'src/cli/main.ts', 'flow', ...PAIR, '--json'],
      { without },
    );
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^.*Expected ONNX Runtime to load on .*\n$/)]);
  });
});

describe('without the packages of the GPU', () => {
  it.each(['gpu.js', 'webgpu'])('a backend on the GPU is refused in one line that names %s', async (name) => {
    const program = `
      const { loadFlowModel } = await import(${JSON.stringify(library)});
      await loadFlowModel('flownet-c', { backend: 'gpu-webgpu' }).catch((error) => console.log(error.message));`;
    const { code, stdout } = await runProgram(program, { without: [name] });
    const reason = `the npm package ${name} is not installed: npm install ${name}`;
    expect([code, stdout]).toEqual([
      0,
      `Expected backend gpu-webgpu to work here but it does not: ${reason}\n`,
    ]);
  });
});

describe('bundled without its models', () => {
  it('the library names the folder that it searched, and what a bundler must copy', async () => {
    const bundle = await buildLibrary();
    const folder = dirname(fileURLToPath(bundle.library));
    await writeFile(join(folder, 'package.json'), '{}');
    const program = `
      const { loadFlowModel } = await import(${JSON.stringify(bundle.library)});
      await loadFlowModel().catch((error) => console.log(error.message));`;
    const { stdout } = await runProgram(program).finally(bundle.remove);
    expect(stdout).toContain(`there are none in ${join(folder, 'models')}: a bundler must leave the package`);
    expect(stdout).toContain('or a folder with a model.json but received "whither-flow"');
  });
});
