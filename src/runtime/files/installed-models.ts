import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readModel } from './model-file.ts';
import type { InstalledModel } from './model-file.ts';

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
