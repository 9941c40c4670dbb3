import { checkOneOf, expected } from '../core/index.ts';
import type { OptionNames } from '../core/index.ts';

/**
 * Where the graphs of a model run: on the CPU by ONNX Runtime's own code (`cpu`) or by its WebAssembly (`wasm`), or on a GPU.
 */
export type Device = 'cpu' | 'wasm' | 'webgpu' | 'cuda' | 'coreml' | 'dml';

/** The names of all devices, those first that are taken where none is asked for. */
export const DEVICES: readonly Device[] = ['cpu', 'wasm', 'webgpu', 'cuda', 'coreml', 'dml'];

/** An ONNX Runtime that speaks onnxruntime-common, such as the module `onnxruntime-node` or `onnxruntime-web`. */
export interface OnnxRuntime {
  readonly InferenceSession: { readonly create: unknown };
  readonly Tensor: object;
  readonly env: object;
  /** What the binding for Node was built with; that for browsers does not tell. */
  readonly listSupportedBackends?: () => readonly { readonly name: string }[];
}

/** Which ONNX Runtime loads a model, and where it runs. */
export interface RuntimeOptions {
  /**
   * The ONNX Runtime to use; defaults to `onnxruntime-node`, for the device `wasm` and in browsers to `onnxruntime-web`.
   */
  readonly runtime?: OnnxRuntime;
  /**
   * Where the graphs run; defaults to `cpu`, with `onnxruntime-web` to `wasm`. A device that is not there is an error. On a
   * device other than these two, ONNX Runtime runs operators that the device lacks on the CPU.
   */
  readonly device?: Device;
}

/** Their names, for the options of what loads models. */
export const RUNTIME_OPTIONS: OptionNames<RuntimeOptions> = { runtime: true, device: true };

/** Checks the options `runtime` and `device`, before anything is loaded. */
export function checkRuntimeOptions({ runtime, device }: RuntimeOptions): void {
  if (device !== undefined) checkOneOf(device, 'device', DEVICES);
  if (runtime !== undefined && typeof runtime?.InferenceSession?.create !== 'function')
    throw expected(
      'an ONNX Runtime such as the module onnxruntime-node or onnxruntime-web',
      'runtime',
      runtime,
    );
}
