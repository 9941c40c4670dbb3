import { cpSync, mkdtempSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { ModelError } from '../../src/core/errors.ts';
import {
  createSession,
  findModel,
  listModels,
  modelsFolder,
  readModelFile,
} from '../../src/runtime/index.ts';

const STAND_IN = fileURLToPath(new URL('stand-in', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'whither-models-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** A copy of the stand-in model that a test may damage. */
function copyModel(name: string): string {
  const folder = join(scratch, name);
  cpSync(STAND_IN, folder, { recursive: true });
  return folder;
}

test('a model is found by its folder', async () => {
  const model = await findModel(STAND_IN);
  expect(model.folder).toBe(STAND_IN);
  expect(model.manifest.name).toBe('stand-in');
});

test('the models of the package are found by name, from wherever the command runs', async () => {
  expect(modelsFolder()).toBe(fileURLToPath(new URL('../../models', import.meta.url)));
  for (const { manifest, folder } of await listModels()) {
    const found = await findModel(manifest.name);
    expect(found.folder).toBe(folder);
  }
});

test('every installed model has the files that its manifest promises', async () => {
  for (const model of await listModels())
    for (const [part, file] of Object.entries(model.manifest.files))
      expect((await readModelFile(model, part)).length).toBe(file.bytes);
});

test('folders that hold no model.json are passed over', async () => {
  copyModel('listed');
  writeFileSync(join(scratch, 'notes.txt'), 'no model');
  const names = (await listModels(scratch)).map((model) => model.manifest.name);
  expect(names).toEqual(['stand-in']);
  expect(await listModels(join(scratch, 'nowhere'))).toEqual([]);
});

test('an unknown name is refused with the names that there are', async () => {
  await expect(findModel('flownet-x')).rejects.toThrow(
    /^Expected the name of an installed model \(.*\) or a folder with a model.json but received "flownet-x"$/,
  );
});

test('a name cannot lead out of the folder of models', async () => {
  await expect(findModel('../models')).rejects.toThrow(ModelError);
});

test('a changed file is refused with both hashes', async () => {
  const folder = copyModel('damaged');
  const path = join(folder, 'fused.onnx');
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1] ^= 1;
  writeFileSync(path, bytes);
  const model = await findModel(folder);
  const { sha256 } = model.manifest.files.fused;
  const reading = readModelFile(model, 'fused');
  await expect(reading).rejects.toThrow(ModelError);
  await expect(reading).rejects.toThrow(
    new RegExp(`Expected sha256 ${sha256} .* for ${path} but received [0-9a-f]{64} `),
  );
});

test('a missing file is refused with its path', async () => {
  const folder = copyModel('incomplete');
  rmSync(join(folder, 'decoder.onnx'));
  await expect(readModelFile(await findModel(folder), 'decoder')).rejects.toThrow(
    join(folder, 'decoder.onnx'),
  );
});

test('a part that the model does not have is refused with those it has', async () => {
  await expect(readModelFile(await findModel(STAND_IN), 'refiner')).rejects.toThrow(
    'Expected refiner among the files of stand-in but it has fused, encoder, decoder',
  );
});

test('a model.json that is no JSON is refused with its path', async () => {
  const folder = copyModel('garbled');
  writeFileSync(join(folder, 'model.json'), '{ "name": ');
  await expect(findModel(folder)).rejects.toThrow(`Expected JSON in ${join(folder, 'model.json')}`);
});

test('bytes that are no graph are refused with the cause', async () => {
  await expect(createSession(new Uint8Array(100).fill(7), 'a broken graph')).rejects.toThrow(
    'Expected an ONNX graph for a broken graph but its bytes make no sense at 1: the file is damaged',
  );
  const loading = createSession(Uint8Array.of(8, 8), 'a broken graph');
  await expect(loading).rejects.toThrow(
    /^Expected a graph that ONNX Runtime can load for a broken graph but /,
  );
  await loading.catch((error: ModelError) => expect(error.cause).toBeInstanceOf(Error));
});
