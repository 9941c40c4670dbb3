import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseManifest } from '../../src/runtime/index.ts';

type Json = Record<string, unknown>;

const file = new URL('../../models/semantic/model.json', import.meta.url);
const read = (): Json => JSON.parse(readFileSync(file, 'utf8')) as Json;

test('the manifest of the semantic matcher comes back with its fields', () => {
  expect(parseManifest(read(), 'model.json')).toMatchObject({
    task: 'semantic',
    input: { size: 321, range: [-1, 1] },
    cells: 21,
    features: { length: 3 },
    consensus: { power: 3, neighbours: 1, sigma: 2, reach: 3 },
    regression: { cells: 15 },
  });
});

test('all its files together are under 12 MB', () => {
  const sizes = Object.values(parseManifest(read(), 'model.json').files).map(({ bytes }) => bytes);
  expect(sizes.reduce((sum, bytes) => sum + bytes)).toBeLessThan(12e6);
});

test.each([
  ['cells', 1],
  ['features', []],
  ['consensus', { power: 0, neighbours: 1, sigma: 2, reach: 3 }],
  ['input', { size: 5, range: [-1, 1] }],
])('a wrong %s is named', (field, value) => {
  expect(() => parseManifest({ ...read(), [field]: value }, 'model.json')).toThrow(field);
});

test('a graph that is not there is named', () => {
  const manifest = read();
  delete (manifest.files as Json).tps;
  expect(() => parseManifest(manifest, 'model.json')).toThrow(/the tps graph/);
});
