import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseManifest } from '../../src/runtime/index.ts';

type Json = Record<string, unknown>;

const standIn = (): Json =>
  JSON.parse(readFileSync(new URL('stand-in/model.json', import.meta.url), 'utf8')) as Json;

/** The stand-in's manifest with the value at a path such as `input.range` replaced. */
function changed(path: string, value: unknown): Json {
  const manifest = standIn();
  const keys = path.split('.');
  const last = keys.pop()!;
  let at = manifest;
  for (const key of keys) at = at[key] as Json;
  at[last] = value;
  // As JSON has it: no field at all where the value is undefined.
  return JSON.parse(JSON.stringify(manifest)) as Json;
}

test('a complete manifest comes back with its fields', () => {
  const manifest = parseManifest(standIn(), 'model.json');
  expect(manifest).toMatchObject({ name: 'stand-in', task: 'flow', schedule: [2, 1], parameters: 80 });
  expect(manifest).toEqual({ ...standIn(), refine: false });
});

test('flow is refined where the manifest says so, and a word other than true or false is refused', () => {
  expect(parseManifest({ ...standIn(), refine: true }, 'model.json')).toMatchObject({ refine: true });
  expect(() => parseManifest({ ...standIn(), refine: 'yes' }, 'model.json')).toThrow(
    'Expected true or false for refine in model.json but received "yes" (string)',
  );
});

test('a model for another task needs none of the fields of flow', () => {
  const { name, version, description, files, licence, trainingData, scores, parameters } = standIn();
  const other = {
    name,
    task: 'patches',
    version,
    description,
    files,
    licence,
    trainingData,
    scores,
    parameters,
  };
  expect(parseManifest(other, 'model.json')).toEqual(other);
});

test.each([
  ['name', 7, 'Expected a text for name in here/model.json but received 7 (number)'],
  ['files.fused', undefined, 'Expected the fused graph for files.fused'],
  ['files.decoder', undefined, 'Expected the decoder graph for files.decoder'],
  ['files.fused.file', '../../secret.onnx', 'Expected a plain file name for files.fused.file'],
  ['files.fused.sha256', 'abc', 'Expected 64 hexadecimal digits for files.fused.sha256'],
  ['input.layout', 'NHWC', 'Expected "NCHW" for input.layout'],
  ['input.range', [1, -1], 'Expected [black, white] for input.range'],
  ['input.multipleOf', 0, 'Expected an integer of at least 1 for input.multipleOf'],
  ['correlation.scale', 'half', 'Expected "none" or "mean" or "sqrt" for correlation.scale'],
  ['schedule', [], 'Expected a list for schedule'],
  ['schedule', [2, 0.5], 'Expected an integer of at least 1 for schedule[1]'],
  ['scores.chairs.epe', 'low', 'Expected a number for scores.chairs.epe'],
  ['licence', 'MIT', 'Expected an object for licence'],
])('a manifest whose %s is %j is refused by name', (path, value, message) => {
  expect(() => parseManifest(changed(path, value), 'here/model.json')).toThrow(message);
});

test('what is no object at all is refused', () => {
  expect(() => parseManifest([], 'model.json')).toThrow('Expected an object');
});
