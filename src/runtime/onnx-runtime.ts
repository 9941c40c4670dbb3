import { ModelError, oneLine } from '../core/index.ts';
import type { Device, OnnxRuntime } from './device.ts';
import { disableTelemetry } from './no-telemetry.ts';

/**
 * Loads ONNX Runtime when the first model asks for it: what needs no network starts without it, and works where it has no
 * binaries.
 *
 * @param device `wasm` loads onnxruntime-web, all others onnxruntime-node
 * @throws {ModelError} with its cause where it does not load
 */
export async function loadOnnxRuntime(device?: Device): Promise<OnnxRuntime> {
  await disableTelemetry();
  return device === 'wasm' ? loadWeb() : loadNative();
}

async function loadNative(): Promise<OnnxRuntime> {
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    const { platform, arch } = process;
    throw new ModelError(
      `Expected ONNX Runtime to load on ${platform} ${arch} but ${oneLine(cause)}: networks need the package ` +
        'onnxruntime-node and Linux with glibc, macOS on arm64, or Windows; elsewhere npm install onnxruntime-web and ' +
        `load models with device 'wasm'`,
      { cause },
    );
  }
}

/** It speaks onnxruntime-common as the binding for Node does. */
async function loadWeb(): Promise<OnnxRuntime> {
  try {
    return (await import('onnxruntime-web')) as unknown as OnnxRuntime;
  } catch (cause) {
    throw new ModelError(
      `Expected the package onnxruntime-web for device wasm but ${oneLine(cause)}: npm install onnxruntime-web`,
      { cause },
    );
  }
}
