import { ModelError, oneLine } from '../core/index.ts';
import type { Device, OnnxRuntime } from './device.ts';
import { webFolders } from './web/index.ts';

/**
 * Loads ONNX Runtime when the first model asks for it.
 *
 * @param device `webgpu` loads the build that has it, all others that of WebAssembly alone
 * @throws {ModelError} with its cause where it does not load
 */
export async function loadOnnxRuntime(device?: Device): Promise<OnnxRuntime> {
  const { runtime } = webFolders();
  const build = device === 'webgpu' ? 'webgpu' : 'wasm';
  try {
    const module: unknown = runtime
      ? await import(/* @vite-ignore */ /* webpackIgnore: true */ `${runtime}ort.${build}.min.mjs`)
      : await importBuild(build);
    return module as OnnxRuntime;
  } catch (cause) {
    throw new ModelError(
      `Expected onnxruntime-web to load but ${oneLine(cause)}: let a bundler find it, or say with the option ` +
        'runtime where the files of onnxruntime-web/dist lie',
      { cause },
    );
  }
}

const importBuild = (build: 'webgpu' | 'wasm'): Promise<unknown> =>
  build === 'webgpu' ? import('onnxruntime-web/webgpu') : import('onnxruntime-web/wasm');
