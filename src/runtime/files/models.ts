import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ModelError, expected } from '../../core/index.ts';
import { listModels, modelsFolder } from './installed-models.ts';
import { readModel } from './model-file.ts';
import type { InstalledModel } from './model-file.ts';

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
