import { extname, resolve } from 'node:path';
import { FileError } from '../../core/index.ts';
import { inspectPath, isSamePlace, targetOf } from '../../io/disk/index.ts';

/** Checks before the work begins that every file can be written at its end. */
export async function checkOutputs(paths: readonly string[], force: boolean): Promise<void> {
  const seen = new Set<string>();
  for (const path of paths) {
    const place = await targetOf(path);
    if (seen.has(place)) throw new FileError(`Expected one name for each output but received ${path} twice`);
    seen.add(place);
    const found = await inspectPath(path);
    if (found === 'folder') throw new FileError(`Expected a file name but ${path} is a folder: add a name`);
    if (found === 'other')
      throw new FileError(`Expected a file name but ${path} is a device or a pipe: give another name`);
    if (found === 'file' && !force)
      throw new FileError(`Expected a free name but ${path} exists: add --force to replace it`);
    const folder = resolve(path, '..');
    if ((await inspectPath(folder)) !== 'folder')
      throw new FileError(`Expected the folder ${folder} for ${path} but there is none: create it first`);
  }
}

/** No output may take the place of an input, under --force neither: it would be gone. */
export async function checkApart(outputs: readonly string[], inputs: readonly string[]): Promise<void> {
  for (const output of outputs)
    for (const input of inputs)
      if (await isSamePlace(output, input))
        throw new FileError(
          `Expected an output apart from the input but ${output} is both: give another name`,
        );
}

export function checkExtension(path: string, extensions: readonly string[], option: string): void {
  if (!extensions.includes(extname(path).toLowerCase()))
    throw new FileError(
      `Expected a name ending in ${extensions.join(', ')} for ${option} but received ${path}`,
    );
}
