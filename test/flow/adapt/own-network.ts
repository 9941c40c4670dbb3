import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The graph of a small network, see `fixtures/export_networks.py`. */
export const networkFile = (name: string): string =>
  fileURLToPath(new URL(`../../../fixtures/networks/${name}.onnx`, import.meta.url));

const PLAIN = { layout: 'NCHW', channels: 'RGB', range: [0, 255], multipleOf: 1, fit: 'pad' };

/** A folder with the graph of a network and a `model.json` written by hand. */
export function writeModel(network: string, input: object, output: object): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'whither-own-')), network);
  mkdirSync(folder);
  const bytes = readFileSync(networkFile(network));
  copyFileSync(networkFile(network), join(folder, 'graph.onnx'));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const manifest = {
    name: network,
    task: 'flow',
    version: '1',
    description: 'a network of the tests',
    files: { fused: { file: 'graph.onnx', sha256, bytes: bytes.length } },
    licence: { code: 'MIT', weights: 'MIT' },
    trainingData: 'none',
    scores: {},
    parameters: 0,
    input: { ...PLAIN, names: ['left', 'right'], ...input },
    output: { stride: 1, ...output },
    schedule: [1],
  };
  writeFileSync(join(folder, 'model.json'), JSON.stringify(manifest));
  return folder;
}
