/// <reference lib="dom" />
import { expected } from '../../core/index.ts';
import { readModel } from './model-file.ts';
import type { InstalledModel } from './model-file.ts';
import { webFolders } from '../web/index.ts';

/** The models of the package that this code is a part of: built, it lies in `dist/web`. */
const modelsFolder = (): string => webFolders().models ?? new URL('../../models/', import.meta.url).href;

/**
 * Finds a model by its name, in the package that the code was loaded from, or by the address of its folder, and reads its
 * `model.json`.
 *
 * @throws ModelError where there is none, or its `model.json` is damaged
 */
export async function findModel(nameOrFolder: string): Promise<InstalledModel> {
  if (typeof nameOrFolder !== 'string')
    throw expected('the name of a model or the address of its folder', 'nameOrFolder', nameOrFolder);
  const isName = /^\w[\w.-]*$/.test(nameOrFolder);
  const folder = new URL(nameOrFolder, isName ? modelsFolder() : location.href);
  return readModel(folder.href.replace(/\/?$/, '/'));
}
