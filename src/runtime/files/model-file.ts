import { ModelError } from '../../core/index.ts';
import { parseManifest } from '../manifest/index.ts';
import type { AnyManifest } from '../manifest/index.ts';
import { placeOf, readModelBytes } from './read-file.ts';

const MAX_MANIFEST_BYTES = 16 * 2 ** 20;
/** Protocol Buffers hold no more. */
const MAX_GRAPH_BYTES = 2 ** 31 - 1;

/** A model that was found: where its files are and what its `model.json` says. */
export interface InstalledModel {
  /** Absolute path; in a browser the address. */
  readonly folder: string;
  readonly manifest: AnyManifest;
}

/** Reads the `model.json` of a folder. */
export async function readModel(folder: string): Promise<InstalledModel> {
  const place = placeOf(folder, 'model.json');
  return { folder, manifest: parseManifest(await readJson(folder, place), place) };
}

async function readJson(folder: string, place: string): Promise<unknown> {
  const bytes = await readModelBytes(folder, 'model.json', MAX_MANIFEST_BYTES).catch((cause: unknown) => {
    throw new ModelError(`Expected a readable file at ${place}: ${(cause as Error).message}`, { cause });
  });
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new ModelError(`Expected JSON in ${place} but ${(cause as Error).message}`, { cause });
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
  const place = placeOf(model.folder, entry.file);
  const bytes = await readModelBytes(model.folder, entry.file, MAX_GRAPH_BYTES).catch((cause: unknown) => {
    throw new ModelError(`Expected the ${part} graph of ${model.manifest.name} at ${place}: reinstall it`, {
      cause,
    });
  });
  const hash = await sha256(bytes);
  if (hash !== entry.sha256)
    throw new ModelError(
      `Expected sha256 ${entry.sha256} (${entry.bytes} bytes) for ${place} but received ${hash} ` +
        `(${bytes.length} bytes): the file is damaged or not the one model.json speaks of`,
    );
  return bytes;
}

/** As hexadecimal digits. */
async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  if (!globalThis.crypto?.subtle)
    throw new ModelError(
      'Expected SubtleCrypto to check the hashes of a model but there is none: serve the page by https or from localhost',
    );
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
