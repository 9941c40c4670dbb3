import { createHash } from 'node:crypto';
import { basename, extname, join, resolve } from 'node:path';
import { FileError, expected } from '../core/index.ts';
import { atomicWrite, inspectPath, listFolder, makeFolder, readBytes } from '../io/disk/index.ts';
import { createSession, parseManifest } from '../runtime/index.ts';
import type { AnyManifest, Session } from '../runtime/index.ts';
import { countParameters } from './count-parameters.ts';
import type { ImportOptions } from './types.ts';

/** A graph that is to become a model. */
export interface Draft {
  readonly name: string;
  /** Absolute path. */
  readonly folder: string;
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly session: Session;
}

/** Reads and loads a graph, once it is known that its model can be written. */
export async function openDraft(graph: string, options: ImportOptions): Promise<Draft> {
  if (typeof graph !== 'string') throw expected('the path of an ONNX file', 'graph', graph);
  const name = options.name ?? basename(graph, extname(graph)).replaceAll(/[^\w.-]+/g, '-');
  if (typeof name !== 'string' || !/^\w[\w.-]*$/.test(name))
    throw expected('a name of letters, digits, -, _ and .', 'name', name);
  const folder = resolve(options.folder ?? name);
  await checkFolder(folder, options.overwrite ?? false);
  const bytes = await readBytes(graph, 'an ONNX graph');
  return { name, folder, file: `${name}.onnx`, bytes, session: await createSession(bytes, graph) };
}

/** A folder with anything in it is taken only where that is a model that may be replaced. */
async function checkFolder(folder: string, overwrite: boolean): Promise<void> {
  const found = await inspectPath(folder);
  if (found === 'nothing') return;
  if (found !== 'folder')
    throw new FileError(`Expected a folder at ${folder} but it is a file: give another`);
  const names = await listFolder(folder);
  if (!names.length) return;
  if (!names.includes('model.json'))
    throw new FileError(
      `Expected an empty folder, or one with a model, at ${folder} but it holds other files: give another`,
    );
  if (!overwrite)
    throw new FileError(
      `Expected a free folder but ${folder} holds a model: allow it to be replaced, or give another`,
    );
}

/** The fields that every `model.json` has, for a model of one graph. */
export function commonFields(
  draft: Draft,
  part: string,
  { description, licence, trainingData }: ImportOptions,
): object {
  const { bytes, file, name } = draft;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return {
    name,
    version: '1.0.0',
    description: description ?? `imported from an ONNX graph of ${bytes.length} bytes`,
    files: { [part]: { file, sha256, bytes: bytes.length } },
    licence: { code: 'not stated', weights: licence ?? 'not stated' },
    trainingData: trainingData ?? 'not stated',
    parameters: countParameters(bytes),
  };
}

/** The manifest as it will be read. */
export const checkManifest = (draft: Draft, manifest: object): AnyManifest =>
  parseManifest(JSON.parse(JSON.stringify(manifest)), `${draft.name}/model.json`);

/** Writes the graph, and then the `model.json` that makes the folder a model. */
export async function writeModelFolder({ folder, file, bytes }: Draft, manifest: object): Promise<void> {
  await makeFolder(folder);
  await atomicWrite(join(folder, file), bytes, { overwrite: true });
  const json = new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`);
  await atomicWrite(join(folder, 'model.json'), json, { overwrite: true });
}
