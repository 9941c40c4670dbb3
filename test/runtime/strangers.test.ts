import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { ModelError } from '../../src/core/errors.ts';
import { loadFlowModel } from '../../src/flow/network/engine.ts';
import { estimateFlow } from '../../src/flow/estimate/estimate.ts';
import { refuseExternalData } from '../../src/runtime/external-data.ts';
import { createSession, findModel, modelsFolder, parseManifest } from '../../src/runtime/index.ts';
import { constant, externalTensor, graph, message, model, node, tensor } from './onnx.ts';

const STAND_IN = fileURLToPath(new URL('stand-in', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'whither-strangers-'));
afterAll(() => rmSync(scratch, { recursive: true }));

type Json = Record<string, unknown>;
const manifestOf = (folder: string): Json =>
  JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as Json;

/** A copy of the stand-in with other bytes for some of its graphs, and the right hashes. */
function standInWith(name: string, graphs: Record<string, Uint8Array>): string {
  const folder = join(scratch, name.replaceAll(/\W/g, '-'));
  cpSync(STAND_IN, folder, { recursive: true });
  const manifest = manifestOf(folder) as {
    files: Record<string, { file: string; sha256: string; bytes: number }>;
  };
  for (const [part, bytes] of Object.entries(graphs)) {
    const entry = manifest.files[part];
    writeFileSync(join(folder, entry.file), bytes);
    entry.sha256 = createHash('sha256').update(bytes).digest('hex');
    entry.bytes = bytes.length;
  }
  writeFileSync(join(folder, 'model.json'), JSON.stringify(manifest));
  return folder;
}

const image = { width: 64, height: 64, data: new Uint8Array(64 * 64 * 3).fill(90) };
const INPUTS = ['imageA', 'imageB'];
const outputs = [constant('flow', [1], [0])];
const external = externalTensor('stolen', '/etc/hostname');
const attribute = (number: number, type: number, content: Uint8Array): Buffer =>
  message([1, 'a'], [number, content], [20, type]);

describe('a graph whose numbers lie in another file is refused', () => {
  const withNode = (...attributes: Buffer[]): Buffer =>
    model(graph(INPUTS, ['flow'], [...outputs, node('If', ['c'], 'x', ...attributes)]));
  const inner = graph([], [], [], [external]);
  let deep = inner;
  for (let i = 0; i < 20; i++) deep = graph([], [], [node('If', ['c'], 'x', attribute(6, 5, deep))]);
  it.each([
    ['an initializer', model(graph(INPUTS, ['flow'], outputs, [external]))],
    [
      'an initializer in the folder',
      model(graph(INPUTS, ['flow'], outputs, [externalTensor('a', 'model.json')])),
    ],
    ['an initializer above it', model(graph(INPUTS, ['flow'], outputs, [externalTensor('a', '../a')]))],
    [
      'an address in memory',
      model(graph(INPUTS, ['flow'], outputs, [externalTensor('a', '*/_ORT_MEM_ADDR_/*')])),
    ],
    [
      'a location of more bits than count',
      model(graph(INPUTS, ['flow'], outputs, [message([1, 1], [14, 2 ** 32 + 1])])),
    ],
    ['an attribute', withNode(attribute(5, 4, external))],
    ['a list of tensors', withNode(attribute(10, 9, external))],
    ['a sparse tensor', withNode(attribute(22, 11, message([1, external])))],
    ['a sparse initializer', model(message([15, message([2, external])]))],
    ['a subgraph', withNode(attribute(6, 5, inner))],
    ['one of several subgraphs', withNode(attribute(11, 10, inner))],
    ['a subgraph twenty levels down', withNode(attribute(6, 5, deep))],
    [
      'a function',
      model(graph(INPUTS, ['flow'], outputs), [
        25,
        message([7, node('C', [], 'x', attribute(5, 4, external))]),
      ]),
    ],
    ['a second graph that is merged with the first', model(graph(INPUTS, ['flow'], outputs), [7, inner])],
    ['training', model(graph(INPUTS, ['flow'], outputs), [20, message([1, inner])])],
  ])('%s', async (_, bytes) => {
    await expect(createSession(bytes, 'it')).rejects.toThrow(
      /holds all of its numbers for it but some are in another file/,
    );
  });

  it('with a right hash in model.json too', async () => {
    const folder = standInWith('external', { fused: model(graph(INPUTS, ['flow'], outputs, [external])) });
    await expect(loadFlowModel(folder, { backend: 'onnxruntime' })).rejects.toThrow(ModelError);
  });

  it('bytes that are no message are refused, and so is another format of ONNX Runtime', () => {
    const whole = model(graph(INPUTS, ['flow'], outputs, [tensor('a', [2], [1, 2])]));
    refuseExternalData(whole, 'it');
    for (const bytes of [
      whole.subarray(0, -1),
      Buffer.from([0xff]),
      Buffer.from([0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f]),
      // A tag whose upper bits Protocol Buffers pass over: field 7 to them.
      Buffer.from([0xba, 0x80, 0x80, 0x80, 0x80, 0x01, 0]),
    ])
      expect(() => refuseExternalData(bytes, 'it')).toThrow(/make no sense at \d+: the file is damaged/);
    expect(() => refuseExternalData(Buffer.from('....ORTM'), 'it')).toThrow(/own format/);
  });

  it('in time that grows with the length', () => {
    let deepest: Buffer = Buffer.alloc(0);
    for (let i = 0; i < 30; i++) deepest = graph([], [], [node('If', [], 'x', attribute(6, 5, deepest))]);
    const many = Buffer.alloc(4e6, message([1, '']));
    const start = process.cpuUsage();
    expect(() => refuseExternalData(model(deepest), 'it')).not.toThrow();
    refuseExternalData(model(many), 'it');
    // In millionths of a second of the processor.
    expect(process.cpuUsage(start).user).toBeLessThan(5e6);
  });

  it('every model of the package holds its own numbers', () => {
    for (const folder of readdirSync(modelsFolder(), { withFileTypes: true }).filter((each) =>
      each.isDirectory(),
    ))
      for (const file of readdirSync(join(modelsFolder(), folder.name)).filter((each) =>
        each.endsWith('.onnx'),
      ))
        refuseExternalData(readFileSync(join(modelsFolder(), folder.name, file)), file);
  });
});

describe('what a graph gives is checked', () => {
  const cells = 16 * 16;
  it.each([
    [
      'a single number',
      constant('flow', [], [1]),
      /Expected 2 x 16 x 16 values of .* flow but received a single number/,
    ],
    ['a list', constant('flow', [2], [1, 2]), /but received 2: /],
    [
      'another size',
      constant('flow', [1, 2, 8, 8], Array<number>(128).fill(0)),
      /but received 1 x 2 x 8 x 8/,
    ],
    [
      'other channels',
      constant('flow', [1, 3, 16, 16], Array<number>(3 * cells).fill(0)),
      /but received 1 x 3 x 16 x 16/,
    ],
    ['nothing', constant('flow', [1, 2, 0, 16], []), /but received 1 x 2 x 0 x 16/],
    [
      'NaN',
      constant('flow', [1, 2, 16, 16], Array<number>(2 * cells).fill(NaN)),
      /finite values of .* flow but received NaN/,
    ],
    [
      'infinity',
      constant('flow', [1, 2, 16, 16], Array<number>(2 * cells).fill(-Infinity)),
      /but received -Infinity/,
    ],
  ])('%s is a ModelError', async (name, output, sentence) => {
    const folder = standInWith(`output ${name}`, { fused: model(graph(INPUTS, ['flow'], [output])) });
    await using flowModel = await loadFlowModel(folder, { backend: 'onnxruntime' });
    const error: unknown = await estimateFlow(flowModel, image, image, { schedule: [1] }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ModelError);
    expect((error as Error).message).toMatch(sentence);
  });

  it('the features of an encoder too', async () => {
    const wrong = [constant('features', [1, 4, 2, 2], Array<number>(16).fill(0)), constant('skip', [1], [0])];
    const folder = standInWith('features', { encoder: model(graph(['image'], ['features', 'skip'], wrong)) });
    await using flowModel = await loadFlowModel(folder, { backend: 'simd' });
    await expect(estimateFlow(flowModel, image, image, { schedule: [1] })).rejects.toThrow(ModelError);
  });
});

describe('model.json', () => {
  /** A manifest with the value at a path replaced; `__proto__` and such are fields like any other. */
  const changed = (folder: string, path: string, value: unknown): unknown => {
    const manifest = manifestOf(folder);
    const keys = path.split('.');
    const at = keys.slice(0, -1).reduce((inner, key) => inner[key] as Json, manifest);
    Object.defineProperty(at, keys.at(-1)!, { value, enumerable: true });
    return JSON.parse(JSON.stringify(manifest));
  };
  const PYRAMID = join(modelsFolder(), 'whither-flow');
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'task %s is one that nobody knows',
    async (task) => {
      expect(parseManifest(changed(STAND_IN, 'task', task), 'model.json')).toMatchObject({ task });
      const folder = standInWith(`task ${task}`, {});
      writeFileSync(join(folder, 'model.json'), JSON.stringify(changed(STAND_IN, 'task', task)));
      await expect(loadFlowModel(folder)).rejects.toThrow(
        `Expected a model for flow but stand-in is for ${task}`,
      );
    },
  );

  it.each([
    ['input.multipleOf', 1e308],
    ['input.multipleOf', 4096],
    ['input.multipleOf', 1.5],
    ['input.range', [-1e300, 1e300]],
    ['output.stride', 1e9],
    ['correlation.radius', 1e9],
    ['correlation.channels', 1e15],
    ['schedule', [1e308]],
    ['schedule', Array<number>(1e5).fill(1)],
    ['refine', { warps: 1e300 }],
  ])('%s of %j is out of bounds', (path, value) => {
    expect(() => parseManifest(changed(STAND_IN, path, value), 'model.json')).toThrow(ModelError);
  });

  it.each([
    ['pyramid.strides', [1e9]],
    ['pyramid.strides', [16, 8, 1]],
    ['pyramid.channels', [64]],
    ['pyramid.reaches', [1e9]],
    ['pyramid.factor', 1e9],
    ['pyramid.sharpness', 1e300],
  ])('%s of %j is out of bounds', (path, value) => {
    expect(() => parseManifest(changed(PYRAMID, path, value), 'model.json')).toThrow(ModelError);
  });

  it('a field of the prototype is none of the file', () => {
    const { task, ...rest } = manifestOf(STAND_IN);
    expect(task).toBe('flow');
    const inherited: unknown = Object.assign(Object.create({ task }) as Json, rest);
    expect(() => parseManifest(inherited, 'model.json')).toThrow(/Expected a text for task/);
  });

  it.skipIf(process.platform === 'win32')('that is a pipe is no file, and its name is a text', async () => {
    const folder = standInWith('pipe', {});
    rmSync(join(folder, 'model.json'));
    execFileSync('mkfifo', [join(folder, 'model.json')]);
    await expect(loadFlowModel(folder)).rejects.toThrow(/Expected a readable file .*no regular file/);
    await expect(findModel(Buffer.from(STAND_IN) as unknown as string)).rejects.toThrow(
      /^Expected the name of a model/,
    );
  });
});
