import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseManifest } from '../../src/runtime/index.ts';

type Json = Record<string, unknown>;

const read = (name: string): Json =>
  JSON.parse(readFileSync(new URL(`../match/patches/${name}/model.json`, import.meta.url), 'utf8')) as Json;

/** A manifest with the value at a path such as `input.range` replaced. */
function changed(name: string, path: string, value: unknown): Json {
  const manifest = read(name);
  const keys = path.split('.');
  const last = keys.pop()!;
  let at = manifest;
  for (const key of keys) at = at[key] as Json;
  at[last] = value;
  return JSON.parse(JSON.stringify(manifest)) as Json;
}

test('the manifest of a descriptor comes back with its fields, thresholds by rising rate', () => {
  const manifest = parseManifest(read('stand-in-patch'), 'model.json');
  expect(manifest).toMatchObject({
    task: 'patch',
    input: { size: 8, range: [-1, 1] },
    descriptor: { length: 6, unit: true, metric: 'l2' },
    dense: { stride: 2, origin: 3.5, multipleOf: 2 },
    thresholds: [{ falsePositiveRate: 0.01 }, { falsePositiveRate: 0.1 }],
  });
});

test('a descriptor needs neither a dense graph nor thresholds', () => {
  const manifest = { ...read('stand-in-patch'), dense: undefined, thresholds: undefined };
  const parsed = parseManifest(manifest, 'model.json');
  expect(parsed).toMatchObject({ thresholds: [] });
  expect(parsed).not.toHaveProperty('dense');
});

test('a pair network takes its own size alone unless it says otherwise', () => {
  const { input } = read('stand-in-pair') as { input: Json };
  const plain = Object.fromEntries(
    Object.entries(input).filter(([key]) => key !== 'anySize' && key !== 'smallest'),
  );
  expect(parseManifest({ ...read('stand-in-pair'), input: plain }, 'model.json')).toMatchObject({
    task: 'pair',
    symmetric: true,
    input: { size: 8, anySize: false, smallest: 8 },
  });
});

test.each([
  ['stand-in-patch', 'files.patch', undefined, 'Expected the patch graph for files.patch'],
  ['stand-in-patch', 'files.dense', undefined, 'Expected the dense graph for files.dense'],
  ['stand-in-patch', 'input.channels', 'CMYK', 'Expected "grey" or "RGB" or "BGR" for input.channels'],
  ['stand-in-patch', 'input.size', 0, 'Expected an integer of at least 1 for input.size'],
  ['stand-in-patch', 'input.range', [1], 'Expected [black, white] for input.range'],
  ['stand-in-patch', 'descriptor.unit', 1, 'Expected true or false for descriptor.unit'],
  ['stand-in-patch', 'descriptor.metric', 'near', 'Expected "l1" or "l2"'],
  ['stand-in-patch', 'dense.stride', 0.5, 'Expected an integer of at least 1 for dense.stride'],
  [
    'stand-in-patch',
    'thresholds',
    [{ falsePositiveRate: 1, distance: 1 }],
    'Expected a number above 0 and below 1 for thresholds[0].falsePositiveRate',
  ],
  [
    'stand-in-patch',
    'thresholds',
    [{ falsePositiveRate: 0.1 }],
    'Expected a number for thresholds[0].distance',
  ],
  ['stand-in-pair', 'files.pair', undefined, 'Expected the pair graph for files.pair'],
  ['stand-in-pair', 'symmetric', undefined, 'Expected true or false for symmetric'],
  ['stand-in-pair', 'input.smallest', 0, 'Expected an integer of at least 1 for input.smallest'],
])('the manifest of %s whose %s is %j is refused by name', (name, path, value, message) => {
  expect(() => parseManifest(changed(name, path, value), 'model.json')).toThrow(message);
});
