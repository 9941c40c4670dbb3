import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ModelError, expected } from '../core/index.ts';
import { parseManifest } from './manifest/index.ts';
import type { AnyManifest } from './manifest/index.ts';
import { readRegularFile } from './read-file.ts';

const MAX_MANIFEST_BYTES = 16 * 2 ** 20;
/** Protocol Buffers hold no more. */
const MAX_GRAPH_BYTES = 2 ** 31 - 1;

/** A model on this machine: its folder and what its `model.json` says. */
export interface InstalledModel {
  /** Absolute path. */
  readonly folder: string;
  readonly manifest: AnyManifest;
}

/** The folder of this package, or of what it is bundled into: the nearest one with a `package.json`. */
export function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}

/** The first of these files of the package that is there; undefined where none is. */
export const findInPackage = (paths: readonly string[]): string | undefined =>
  paths.map((path) => join(packageFolder(), path)).find((path) => existsSync(path));

/** The folder of the models that come with the package; the same one from `src/` and from `dist/src/`. */
export const modelsFolder = (): string => join(packageFolder(), 'models');

/**
 * The models that come with the package, by name.
 *
 * @param folder holds one folder a model; defaults to the package's own
 * @example
 * import { listModels } from 'whither';
 *
 * for (const { manifest, folder } of await listModels()) console.log(manifest.name, folder);
 */
export async function listModels(folder = modelsFolder()): Promise<InstalledModel[]> {
  const names = (await readdir(folder).catch(() => [] as string[])).sort();
  const present = names.filter((name) => existsSync(join(folder, name, 'model.json')));
  return Promise.all(present.map((name) => readModel(join(folder, name))));
}

/**
 * Finds a model by the name it is installed under or by its folder, and reads its `model.json`.
 *
 * @param tasks of the models that the caller could use, which are named where there is none of that name; defaults to all
 * @throws ModelError where there is none, or its `model.json` is damaged
 */
export async function findModel(nameOrFolder: string, tasks?: readonly string[]): Promise<InstalledModel> {
  if (typeof nameOrFolder !== 'string' || nameOrFolder.includes('\0'))
    throw expected('the name of a model or a folder', 'nameOrFolder', nameOrFolder);
  const installed = join(modelsFolder(), nameOrFolder);
  if (/^\w[\w.-]*$/.test(nameOrFolder) && existsSync(join(installed, 'model.json')))
    return readModel(installed);
  if (existsSync(join(nameOrFolder, 'model.json'))) return readModel(resolve(nameOrFolder));
  const fit = (await listModels()).filter(({ manifest }) => tasks?.includes(manifest.task) ?? true);
  const names = fit.map(({ manifest }) => manifest.name);
  throw new ModelError(
    `Expected the name of an installed model (${names.join(', ') || noneInstalled()}) ` +
      `or a folder with a model.json but received ${JSON.stringify(nameOrFolder.slice(0, 200))}`,
  );
}

/** Where code is bundled into one file, the folder beside it is another. */
const noneInstalled = (): string =>
  `there are none in ${modelsFolder()}: a bundler must leave the package whither out, or its models must be copied there`;

async function readModel(folder: string): Promise<InstalledModel> {
  const path = join(folder, 'model.json');
  return { folder, manifest: parseManifest(await readJson(path), path) };
}

async function readJson(path: string): Promise<unknown> {
  const text = await readRegularFile(path, MAX_MANIFEST_BYTES).catch((cause: unknown) => {
    throw new ModelError(`Expected a readable file at ${path}: ${(cause as Error).message}`, { cause });
  });
  try {
    return JSON.parse(text.toString());
  } catch (cause) {
    throw new ModelError(`Expected JSON in ${path} but ${(cause as Error).message}`, { cause });
  }
}

/**
 * The bytes of one of a model's files, once their hash is the one that `model.json` promises.
 *
 * @param part key of `manifest.files`, such as `fused`
 * @throws ModelError that names the file, the hash expected and the hash found
 */
export async function readModelFile(model: InstalledModel, part: string): Promise<Uint8Array> {
  const entry = model.manifest.files[part];
  if (!entry) {
    const parts = Object.keys(model.manifest.files).join(', ');
    throw new ModelError(`Expected ${part} among the files of ${model.manifest.name} but it has ${parts}`);
  }
  const path = join(model.folder, entry.file);
  const bytes = await readRegularFile(path, MAX_GRAPH_BYTES).catch((cause: unknown) => {
    throw new ModelError(`Expected the ${part} graph of ${model.manifest.name} at ${path}: reinstall it`, {
      cause,
    });
  });
  const hash = createHash('sha256').update(bytes).digest('hex');
  if (hash !== entry.sha256)
    throw new ModelError(
      `Expected sha256 ${entry.sha256} (${entry.bytes} bytes) for ${path} but received ${hash} ` +
        `(${bytes.length} bytes): the file is damaged or not the one model.json speaks of`,
    );
  return bytes;
}
