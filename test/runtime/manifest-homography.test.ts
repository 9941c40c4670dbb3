import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseManifest } from '../../src/runtime/index.ts';

type Json = Record<string, unknown>;

const file = new URL('../../models/homography/model.json', import.meta.url);
const read = (): Json => JSON.parse(readFileSync(file, 'utf8')) as Json;

test('the manifest of the homography network comes back with its fields', () => {
  expect(parseManifest(read(), 'model.json')).toMatchObject({
    task: 'homography',
    input: { size: 128, range: [0, 1] },
    looks: 3,
  });
});

test('its files together are under 3 MB', () => {
  const sizes = Object.values(parseManifest(read(), 'model.json').files).map(({ bytes }) => bytes);
  expect(sizes.reduce((sum, bytes) => sum + bytes)).toBeLessThan(3e6);
});

test.each([
  ['looks', 0],
  ['input', { size: 5, range: [0, 1] }],
])('a wrong %s is named', (field, value) => {
  expect(() => parseManifest({ ...read(), [field]: value }, 'model.json')).toThrow(field);
});

test('a graph that is not there is named', () => {
  const manifest = read();
  delete (manifest.files as Json).fine;
  expect(() => parseManifest(manifest, 'model.json')).toThrow(/the fine graph/);
});
