import { createRequire } from 'node:module';
import { basename, dirname, extname, join } from 'node:path';
import { WhitherError, oneLine } from '../../core/index.ts';
import { inspectPath, listFolder, readBytes } from '../../io/disk/index.ts';
import { findInPackage, modelsFolder, packageFolder } from '../../runtime/index.ts';

/** A file of the page: where it is fetched from, and where it lies. */
export interface SiteFile {
  /** Below the page's own address, such as `models/whither-flow/model.json`. */
  readonly address: string;
  readonly path: string;
}

/** The models that the page uses. */
const MODELS = ['whither-flow', 'patchnet'];
/** What ONNX Runtime fetches to run on WebAssembly. */
const RUNTIME = /^ort(-wasm-simd-threaded|\.wasm\.min)\.(mjs|wasm)$/;

/** Content types by extension. */
export const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.onnx': 'application/octet-stream',
};

/**
 * All files of the page. The models and ONNX Runtime stay where they are.
 *
 * @param page folder of the built page; defaults to `dist/web` of the package
 * @throws {WhitherError} where the page is not built or onnxruntime-web is not installed
 */
export async function listSite(page = findPage()): Promise<SiteFile[]> {
  const models = MODELS.map((name) =>
    listFiles(join(modelsFolder(), name), /\.(onnx|json)$/, `models/${name}/`),
  );
  const found = await Promise.all([
    listFiles(page, /\.(html|css|js)$/),
    listFiles(findRuntime(), RUNTIME, 'ort/'),
    ...models,
  ]);
  return found.flat();
}

async function listFiles(folder: string, wanted: RegExp, address = ''): Promise<SiteFile[]> {
  const names = (await listFolder(folder)).filter((name) => wanted.test(name));
  return names.map((name) => ({ address: address + name, path: join(folder, name) }));
}

function findPage(): string {
  const page = findInPackage(['dist/web/index.html']);
  if (page) return dirname(page);
  throw new WhitherError(
    `Expected the built page in ${join(packageFolder(), 'dist/web')}: npm run build makes it`,
  );
}

function findRuntime(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'));
  } catch (cause) {
    throw new WhitherError(
      `Expected the package onnxruntime-web for the page but ${oneLine(cause)}: npm install onnxruntime-web`,
      { cause },
    );
  }
}

/** Files of the user's for the page to open, under addresses of their own. */
export async function givenFiles(paths: readonly string[]): Promise<SiteFile[]> {
  for (const path of paths)
    if ((await inspectPath(path)) !== 'file') throw new WhitherError(`Expected a file but received ${path}`);
  return paths.map((path, i) => ({ address: `given/${i}/${encodeURIComponent(basename(path))}`, path }));
}

export const readSiteFile = ({ path }: SiteFile): Promise<Uint8Array> => readBytes(path, `to read ${path}`);

export const typeOf = (address: string): string =>
  TYPES[extname(address).toLowerCase()] ?? 'application/octet-stream';
