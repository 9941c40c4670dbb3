import type * as Ort from 'onnxruntime-node';
import { ModelError, oneLine } from '../core/index.ts';
import { disableTelemetry } from './no-telemetry.ts';

/** ONNX Runtime's binding for Node. */
export type OnnxRuntime = typeof Ort;

/**
 * Loads ONNX Runtime when the first model asks for it: what needs no network starts without it, and works where it has no
 * binaries.
 *
 * @throws {ModelError} with its cause where it does not load
 */
export async function loadOnnxRuntime(): Promise<OnnxRuntime> {
  await disableTelemetry();
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    const { platform, arch } = process;
    throw new ModelError(
      `Expected ONNX Runtime to load on ${platform} ${arch} but ${oneLine(cause)}: networks need the package ` +
        'onnxruntime-node and Linux with glibc, macOS on arm64, or Windows',
      { cause },
    );
  }
}
