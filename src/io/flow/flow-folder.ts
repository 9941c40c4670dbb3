import { mkdir, readdir } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { FileError } from '../../core/index.ts';
import type { FlowField } from '../../core/index.ts';
import { inspectPath } from '../disk/index.ts';
import { writeFlow } from './flow-files.ts';

/** A folder that takes one flow file after the other. */
export interface FlowFolder {
  /** Names (without extension) of the flow files of this kind that were there before. */
  readonly existing: ReadonlySet<string>;
  write(name: string, flow: FlowField): Promise<void>;
}

/**
 * Opens a folder for flow files, and makes it where there is none.
 *
 * @param extension `.flo`, `.pfm` or `.npy`
 * @throws FileError where `folder` is a file, or its parent does not exist
 */
export async function openFlowFolder(
  folder: string,
  extension: string,
  options: { readonly overwrite?: boolean } = {},
): Promise<FlowFolder> {
  if (['file', 'other'].includes(await inspectPath(folder)))
    throw new FileError(`Expected a folder for flow files but ${folder} is a file`);
  await mkdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'EEXIST') return;
    throw new FileError(`Expected to make the folder ${folder} but received ${cause.code}`, { cause });
  });
  const names = (await readdir(folder)).map(parse).filter(({ ext }) => ext.toLowerCase() === extension);
  return {
    existing: new Set(names.filter(({ name }) => !name.startsWith('.')).map(({ name }) => name)),
    write: (name, flow) => writeFlow(join(folder, name + extension), flow, { overwrite: options.overwrite }),
  };
}
