import * as ortNode from 'onnxruntime-node';
import * as ortWeb from 'onnxruntime-web';
import { afterAll, describe, expect, it, vi } from 'vitest';
import {
  estimateFlow,
  loadFlowModel,
  loadPatchModel,
  loadSemanticModel,
  openWorker,
  readImage,
  similarity,
} from '../../src/index.ts';
import type { FlowField } from '../../src/index.ts';
import { listDevices } from '../../src/runtime/index.ts';
import type { OnnxRuntime } from '../../src/runtime/index.ts';
import { resizeImage } from '../../src/flow/index.ts';
import { runCommand } from '../cli/run-command.ts';
import { buildLibrary, runProgram } from './run-program.ts';

/** Programs and threads of their own, each with WebAssembly to compile. */
vi.setConfig({ testTimeout: 180_000 });

const web = ortWeb as unknown as OnnxRuntime;
const SIZE = [160, 120] as const;
const PAIR = await Promise.all(
  ['a', 'b'].map(async (name) => resizeImage(await readImage(`fixtures/images/box-${name}.jpg`), ...SIZE)),
);
const precision = 'float32';

async function flowBy(options: Parameters<typeof loadFlowModel>[1]): Promise<FlowField> {
  await using model = await loadFlowModel('whither-flow', { threads: 1, ...options });
  return (await estimateFlow(model, PAIR[0], PAIR[1], { preset: 'fast' })).flow;
}

const farthest = (a: FlowField, b: FlowField): number =>
  a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.data[i])), 0);

describe('a device', () => {
  it('is told of with the reason why it is not here', async () => {
    const states = await listDevices();
    expect(states.map(({ device }) => device)).toEqual(['cpu', 'wasm', 'webgpu', 'cuda', 'coreml', 'dml']);
    expect(states.slice(0, 2)).toEqual([
      { device: 'cpu', available: true },
      { device: 'wasm', available: true },
    ]);
    for (const { available, reason } of states) expect(available).toBe(reason === undefined);
  });

  it('that is not here is refused with those that are, and never replaced', async () => {
    const states = await listDevices();
    const missing = states.find(({ available }) => !available)!;
    const here = states.filter(({ available }) => available).map(({ device }) => device);
    const loading = loadFlowModel('whither-flow', { device: missing.device });
    await expect(loading).rejects.toThrow(
      `Expected a device that is here (${here.join(', ')}) but received ${missing.device}: `,
    );
    await expect(loading).rejects.toMatchObject({ name: 'BackendError' });
    await expect(loadPatchModel('patchnet', { device: missing.device })).rejects.toThrow(
      'a device that is here',
    );
    await expect(loadSemanticModel('semantic', { device: missing.device })).rejects.toThrow(
      'a device that is here',
    );
  });

  it('of no name that is known is refused', async () => {
    await expect(loadFlowModel('whither-flow', { device: 'npu' as 'cpu' })).rejects.toThrow(
      'Expected one of cpu, wasm, webgpu, cuda, coreml, dml for device but received "npu" (string)',
    );
  });

  it('is listed by the command', async () => {
    const { code, stdout } = await runCommand(['models', '--devices', '--json']);
    expect([code, JSON.parse(stdout)]).toEqual([0, await listDevices()]);
    expect((await runCommand(['models', '--devices'])).stdout).toMatch(/^device +here +why not\ncpu +yes/);
  });
});

describe('an ONNX Runtime that is given', () => {
  it('runs the model on WebAssembly, and finds the same flow', async () => {
    const expectedFlow = await flowBy({ runtime: ortNode, device: 'cpu', precision });
    expect(farthest(await flowBy({ runtime: web }), expectedFlow)).toBeLessThan(0.01);
    expect(farthest(await flowBy({ device: 'wasm' }), expectedFlow)).toBeLessThan(0.01);
  });

  it('compares patches as the usual one does', async () => {
    const [patchA, patchB] = PAIR.map((image) => resizeImage(image, 64, 64));
    const scores = [];
    for (const device of ['cpu', 'wasm'] as const) {
      await using model = await loadPatchModel('patchnet', { device, threads: 1 });
      scores.push((await similarity(model, patchA, patchB)).score);
    }
    expect(scores[1]).toBeCloseTo(scores[0], 4);
  });

  it('must have the device that is asked for', async () => {
    await expect(loadFlowModel('whither-flow', { runtime: web, device: 'cpu' })).rejects.toThrow(
      'Expected a device that is here (wasm) but received cpu: this ONNX Runtime was built for wasm',
    );
  });

  it('must be one', async () => {
    await expect(loadFlowModel('whither-flow', { runtime: {} as OnnxRuntime })).rejects.toThrow(
      'Expected an ONNX Runtime such as the module onnxruntime-node or onnxruntime-web for runtime',
    );
  });

  it('does not go to a worker, whose threads load their own', async () => {
    await using worker = await openWorker();
    const model = await worker.loadFlowModel('whither-flow', { device: 'wasm', threads: 1 });
    const { flow } = await worker.estimateFlow(model, PAIR[0], PAIR[1], { preset: 'fast' });
    expect(farthest(flow, await flowBy({ precision }))).toBeLessThan(0.01);
    await expect(worker.loadFlowModel('whither-flow', { runtime: web } as object)).rejects.toThrow(
      'Expected a device alone for runtime',
    );
  });
});

describe('where onnxruntime-node has no binary', async () => {
  const { library, remove } = await buildLibrary();
  afterAll(remove);

  it('the device wasm works, and its own package is named where that is missing', async () => {
    const program = `
      const { estimateFlow, loadFlowModel } = await import(${JSON.stringify(library)});
      const image = { width: 32, height: 32, data: new Uint8Array(32 * 32 * 3) };
      await loadFlowModel('whither-flow', { device: 'wasm', threads: 1 })
        .then((model) => estimateFlow(model, image, image, { preset: 'fast' }))
        .then(({ flow }) => console.log(flow.width), (error) => console.log(error.message));`;
    const alone = await runProgram(program, { without: ['onnxruntime-node'] });
    expect([alone.code, alone.stdout]).toEqual([0, '32\n']);
    const { stdout } = await runProgram(program, { without: ['onnxruntime'] });
    expect(stdout).toMatch(
      /^Expected the package onnxruntime-web for device wasm but .*: npm install onnxruntime-web\n$/,
    );
  });
});
