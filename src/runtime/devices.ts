import { BackendError, oneLine } from '../core/index.ts';
import { DEVICES, checkRuntimeOptions } from './device.ts';
import type { Device, OnnxRuntime, RuntimeOptions } from './device.ts';
import { ortModule } from './graph-values.ts';
import { loadOnnxRuntime } from './onnx-runtime.ts';

/** An ONNX graph of one operator, y = -x for one float: what a device is tried with. */
const NEGATIVE = 'CAg6MgoLCgF4EgF5IgNOZWcSAWdaDwoBeBIKCggIARIECgIIAWIPCgF5EgoKCAgBEgQKAggBQgIQDQ==';

/** An ONNX Runtime and the device that it is to use. */
export interface OpenedRuntime {
  readonly ort: OnnxRuntime;
  readonly device: Device;
  /** Whether it is the binding for Node, rather than WebAssembly. */
  readonly native: boolean;
}

/** A device, and why it cannot be used here where it cannot. */
export interface DeviceState {
  readonly device: Device;
  readonly available: boolean;
  readonly reason?: string;
}

/**
 * Loads the ONNX Runtime that is asked for, and makes sure that it has the device that is asked for.
 *
 * @throws {ModelError} where it does not load
 * @throws {BackendError} where the device is not there, with those that are
 */
export async function openRuntime({ runtime, device }: RuntimeOptions): Promise<OpenedRuntime> {
  const ort = runtime ?? (await loadOnnxRuntime(device));
  const native = ort.listSupportedBackends !== undefined;
  const usual = native ? 'cpu' : 'wasm';
  if (device === undefined || device === usual) return { ort, native, device: usual };
  const reason = await whyUnavailable(ort, device);
  if (reason === undefined) return { ort, native, device };
  const there = (await listDevices({ runtime })).filter(({ available }) => available);
  const names = there.map((state) => state.device).join(', ') || 'none';
  throw new BackendError(`Expected a device that is here (${names}) but received ${device}: ${reason}`);
}

/**
 * All devices, and why those that cannot be used here cannot. Each is tried with a graph of one operator.
 *
 * @param options `runtime`: the one to ask; defaults to those that are installed
 * @example
 * import { listDevices } from 'whither/models';
 *
 * for (const { device, available, reason } of await listDevices()) console.log(device, available ? 'yes' : reason);
 */
export async function listDevices({ runtime }: Pick<RuntimeOptions, 'runtime'> = {}): Promise<DeviceState[]> {
  checkRuntimeOptions({ runtime });
  const states: DeviceState[] = [];
  // One after the other: the WebAssembly of ONNX Runtime opens one session at a time.
  for (const device of DEVICES) {
    const reason = await whyMissing(device, runtime);
    states.push(reason === undefined ? { device, available: true } : { device, available: false, reason });
  }
  return states;
}

async function whyMissing(device: Device, runtime?: OnnxRuntime): Promise<string | undefined> {
  try {
    return await whyUnavailable(runtime ?? (await loadOnnxRuntime(device)), device);
  } catch (error) {
    return oneLine(error);
  }
}

const probed = new WeakMap<OnnxRuntime, Map<Device, Promise<string | undefined>>>();

/** Undefined where a graph runs on the device, otherwise a sentence that says why not. Asked once. */
function whyUnavailable(ort: OnnxRuntime, device: Device): Promise<string | undefined> {
  const known = probed.get(ort) ?? new Map<Device, Promise<string | undefined>>();
  probed.set(ort, known);
  let reason = known.get(device);
  if (!reason) known.set(device, (reason = probeDevice(ort, device)));
  return reason;
}

async function probeDevice(runtime: OnnxRuntime, device: Device): Promise<string | undefined> {
  const built = runtime.listSupportedBackends?.().map(({ name }) => name);
  if (built ? !built.includes(device) : device === 'cpu')
    return `this ONNX Runtime was built for ${(built ?? ['wasm']).join(', ')}`;
  const options = { executionProviders: [device], logSeverityLevel: 4 } as const;
  const bytes = Uint8Array.from(atob(NEGATIVE), (character) => character.charCodeAt(0));
  const ort = ortModule(runtime);
  try {
    const session = await ort.InferenceSession.create(bytes, options);
    const { y } = await session.run({ x: new ort.Tensor('float32', Float32Array.of(2), [1]) });
    await session.release();
    return y.data[0] === -2 ? undefined : `it computed ${y.data[0]} where -2 is right`;
  } catch (cause) {
    return oneLine(cause);
  }
}
