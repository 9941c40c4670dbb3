import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { scoreFlow } from '../../src/api/evaluate.ts';
import { importFlowModel } from '../../src/import/index.ts';
import { shiftScene, zoomScene } from '../../src/import/probe-scenes.ts';
import { estimateFlow, flowSequence, loadFlowModel, openWorker } from '../../src/index.ts';
import { constant, graph, model } from '../runtime/onnx.ts';
import { networkFile } from '../flow/adapt/own-network.ts';

const scratch = mkdtempSync(join(tmpdir(), 'whither-import-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const at = (name: string): string => join(scratch, name);

/** A graph of a few nodes, which no Python is needed for. */
function writeGraph(name: string, inputs: readonly string[], nodes: readonly Buffer[]): string {
  writeFileSync(at(name), model(graph(inputs, ['flow'], nodes)));
  return at(name);
}

describe('what a graph does not say is found by trying it', () => {
  it('of one that takes 0 to 255 and gives v before u in cells of four pixels, twice', async () => {
    const { manifest, found, warnings } = await importFlowModel(networkFile('match-coarse'), {
      folder: at('coarse'),
      channels: 'RGB',
    });
    expect(manifest).toMatchObject({
      name: 'match-coarse',
      files: { fused: { file: 'match-coarse.onnx' } },
      input: { channels: 'RGB', range: [0, 255], multipleOf: 8, fit: 'pad', names: ['left', 'right'] },
      output: { stride: 4, name: 'last', channels: [1, 0], scale: 4 },
    });
    expect(found[0]).toContain('multiples of 8; the flow is last of 2 outputs, one value for 4 x 4 pixels');
    expect(found.join('\n')).toContain('in pixels once multiplied by 4');
    expect(found.join('\n')).toContain('v before u');
    expect(warnings).toEqual([]);
  });

  it('of one that takes both images in one input and gives a twentieth from B to A, channels last', async () => {
    const { manifest, found } = await importFlowModel(networkFile('match-backward'), {
      folder: at('backward'),
      range: [-0.5, 0.5],
    });
    expect(manifest).toMatchObject({
      input: { names: ['pair'], stack: 'channels', multipleOf: 1 },
      output: { scale: -20, layout: 'NHWC' },
    });
    expect(found.join('\n')).toContain('from B to A, turned round, in pixels once multiplied by 20');
  });

  it('and what cannot be told is said', async () => {
    const { manifest, warnings } = await importFlowModel(networkFile('match-fixed'), {
      folder: at('fixed'),
      range: [-1, 1],
      name: 'fixed',
    });
    expect(manifest).toMatchObject({ name: 'fixed', input: { size: { height: 96, width: 128 } } });
    expect(warnings).toEqual([expect.stringMatching(/^The probe hardly tells RGB from BGR/)]);
  });
});

describe('an imported model', () => {
  const scene = zoomScene({ width: 120, height: 75 });

  it('gives flow of pairs, in tiles, of sequences and in workers', async () => {
    await using own = await loadFlowModel(at('coarse'), { threads: 1 });
    const { flow } = await estimateFlow(own, scene.imageA, scene.imageB);
    expect(scoreFlow(flow, scene.truth).epe).toBeLessThan(0.5);
    const large = shiftScene({ width: 200, height: 150 });
    const tiled = await estimateFlow(own, large.imageA, large.imageB, { tile: 128 });
    expect(tiled.tile).toBe(128);
    expect(scoreFlow(tiled.flow, large.truth).epe).toBeLessThan(1);
    const refined = await estimateFlow(own, scene.imageA, scene.imageB, { refine: true });
    expect(scoreFlow(refined.flow, scene.truth).epe).toBeLessThan(0.5);
    for await (const { flow: next } of flowSequence(own, [scene.imageA, scene.imageB]))
      expect(next.data).toEqual(flow.data);
    const worker = await openWorker();
    await using there = await worker.loadFlowModel(at('coarse'), { threads: 1 });
    const { flow: same } = await worker.estimateFlow(there, scene.imageA, scene.imageB);
    await worker.close();
    expect(same.data).toEqual(flow.data);
  });

  it('of one size takes images of any', async () => {
    await using own = await loadFlowModel(at('fixed'), { threads: 1 });
    const { flow } = await estimateFlow(own, scene.imageA, scene.imageB);
    expect(scoreFlow(flow, scene.truth).epe).toBeLessThan(0.6);
    const large = shiftScene({ width: 200, height: 150 });
    const shrunk = await estimateFlow(own, large.imageA, large.imageB);
    expect(scoreFlow(shrunk.flow, large.truth).epe).toBeLessThan(1.5);
  });
});

describe('a folder', () => {
  it('is not taken where it holds a model, unless that may be replaced', async () => {
    const options = { folder: at('fixed'), range: [-1, 1], channels: 'RGB' } as const;
    await expect(importFlowModel(networkFile('match-fixed'), options)).rejects.toThrow(
      `Expected a free folder but ${at('fixed')} holds a model`,
    );
    await importFlowModel(networkFile('match-fixed'), { ...options, overwrite: true });
    expect(JSON.parse(readFileSync(join(at('fixed'), 'model.json'), 'utf8'))).toMatchObject({
      name: 'match-fixed',
    });
  });

  it('is never taken where it holds anything else', async () => {
    mkdirSync(at('photos'));
    writeFileSync(join(at('photos'), 'a.txt'), 'a');
    await expect(
      importFlowModel(networkFile('match'), { folder: at('photos'), overwrite: true }),
    ).rejects.toThrow('holds other files');
  });

  it('is not made where the graph is refused', async () => {
    const refused = importFlowModel(networkFile('echo-fixed'), { folder: at('echo'), range: [0, 1] });
    await expect(refused).rejects.toThrow(/Expected a flow that follows a known shift but it is .* px off/);
    expect(existsSync(at('echo'))).toBe(false);
  });
});

describe('a graph is refused in a sentence', () => {
  const both = ['a', 'b'];
  const flow = constant('flow', [1, 2, 192, 256], Array<number>(2 * 192 * 256).fill(1));
  it.each([
    [
      'with three inputs',
      ['a', 'b', 'c'],
      [flow],
      'whose inputs are one or two images alone but it has a, b, c',
    ],
    [
      'with inputs of other sizes',
      both,
      [flow],
      'Expected an input a of 1 x 3 x height x width but the graph declares',
    ],
  ])('%s', async (name, inputs, nodes, message) => {
    await expect(
      importFlowModel(writeGraph(`${name}.onnx`, inputs, nodes), { folder: at('none') }),
    ).rejects.toThrow(message);
  });

  it('that is none', async () => {
    writeFileSync(at('text.onnx'), 'a text');
    await expect(importFlowModel(at('text.onnx'), { folder: at('none') })).rejects.toThrow(
      'Expected an ONNX graph',
    );
    await expect(importFlowModel(at('missing.onnx'), { folder: at('none') })).rejects.toThrow(
      'Expected an ONNX graph',
    );
  });

  it('whose output has the size of no flow', async () => {
    const options = { folder: at('none'), output: 'first', multipleOf: 3 };
    await expect(importFlowModel(networkFile('match-coarse'), options)).rejects.toThrow(
      /two channels of the images' size, .* as first at multiples of 3, but at 261 x 195/,
    );
  });
});

it('nothing is tried where that is asked for', async () => {
  const { manifest, warnings } = await importFlowModel(networkFile('echo-fixed'), {
    folder: at('untried'),
    probe: false,
  });
  expect(manifest).toMatchObject({ scores: {}, input: { range: [-1, 1], channels: 'RGB' } });
  expect(warnings).toEqual(['Nothing was probed: what no option says is the usual, -1 to 1']);
});
