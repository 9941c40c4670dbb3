import { ModelError, coreCount, nextTurn, oneLine } from '../core/index.ts';
import type { Tensor } from '../core/index.ts';
import type * as Ort from 'onnxruntime-node';
import type { RuntimeOptions } from './device.ts';
import { openRuntime } from './devices.ts';
import type { OpenedRuntime } from './devices.ts';
import { refuseExternalData } from './external-data.ts';
import { fromOrtTensor, graphValues, ortModule, toOrtTensors } from './graph-values.ts';
import type { OrtModule } from './graph-values.ts';
import type { GraphValue } from './graph-value.ts';
import { createQueue } from './queue.ts';

/** How a graph is loaded. */
export interface SessionOptions extends RuntimeOptions {
  /** Threads inside one operator; defaults to as many as there are cores. */
  readonly threads?: number;
  /** Whether the memory of a run is kept for the next; defaults to false. */
  readonly arena?: boolean;
}

/** A network that is loaded and ready to run, held until `dispose`. */
export interface Session {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The inputs with their types and sizes. */
  readonly inputValues: readonly GraphValue[];
  /** The outputs with their types and sizes. */
  readonly outputValues: readonly GraphValue[];
  /**
   * Runs the graph once; the tensors given are read, not kept.
   *
   * @param into tensors that outputs are written to, by name and of the sizes that they will have; the other outputs
   *   get new ones
   */
  run(
    feeds: Readonly<Record<string, Tensor>>,
    into?: Readonly<Record<string, Tensor>>,
  ): Promise<Record<string, Tensor>>;
  dispose(): Promise<void>;
}

/**
 * Loads an ONNX graph into ONNX Runtime.
 *
 * @param label names the graph in errors, such as `flownet-c decoder`
 * @throws ModelError with its cause where ONNX Runtime does not load here, refuses the graph or a run of it
 * @throws BackendError where it has not the device that is asked for
 */
export async function createSession(
  bytes: Uint8Array,
  label: string,
  options: SessionOptions = {},
): Promise<Session> {
  refuseExternalData(bytes, label);
  const opened = await openRuntime(options);
  const session = await loadInto(opened, bytes, options).catch((cause: unknown) => {
    throw new ModelError(`Expected a graph that ONNX Runtime can load for ${label} but ${oneLine(cause)}`, {
      cause,
    });
  });
  const ort = ortModule(opened.ort);
  const runGraph = opened.native ? runInto : runAndCopy;
  const [inputValues, outputValues] = [session.inputMetadata, session.outputMetadata].map(graphValues);
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    inputValues,
    outputValues,
    async run(feeds, into) {
      // ONNX Runtime works on this thread; signals and timers get their turn before each run.
      await nextTurn();
      const given = toOrtTensors(ort, feeds, inputValues);
      const results = await runGraph(ort, session, given, into).catch((cause: unknown) => {
        throw new ModelError(`ONNX Runtime failed to run ${label}: ${oneLine(cause)}`, { cause });
      });
      return Object.fromEntries(
        Object.entries(results).map(([name, value]) => [name, fromOrtTensor(value, name)]),
      );
    },
    dispose: () => session.release(),
  };
}

/** WebAssembly opens one session at a time, and has the threads that the first one asks for. */
const inTurn = createQueue();

function loadInto(
  { ort: runtime, device, native }: OpenedRuntime,
  bytes: Uint8Array,
  options: SessionOptions,
): Promise<Ort.InferenceSession> {
  const ort = ortModule(runtime);
  const load = (): Promise<Ort.InferenceSession> =>
    ort.InferenceSession.create(bytes, { ...sessionOptions(options), executionProviders: [device] });
  if (native) return load();
  ort.env.wasm.numThreads ??= options.threads ?? coreCount();
  return inTurn(load);
}

/**
 * Its threads sleep while they wait. Spinning, as is ONNX Runtime's default, took a fifth to a third more
 * processor time and up to a seventh more by the clock: one thread's spinning is another's work.
 *
 * An arena keeps the memory of the graph's largest run. With one for each graph a pair of 4000 x 3000 pixels took 2.2 GB, without
 * 1.8; only the graph that runs most gains time by it, since asking the system for memory costs as much as a tenth of its work.
 */
function sessionOptions(options: SessionOptions): Ort.InferenceSession.SessionOptions {
  return {
    graphOptimizationLevel: 'all',
    enableCpuMemArena: options.arena ?? false,
    intraOpNumThreads: options.threads ?? coreCount(),
    extra: { session: { intra_op: { allow_spinning: '0' } } },
    // Its warnings about shapes belong to whoever exports a model, and its errors are thrown: nothing is printed.
    logSeverityLevel: 4,
  };
}

type Results = Readonly<Record<string, Ort.Tensor>>;
type Tensors = Readonly<Record<string, Tensor>>;

/** Outputs are written to the tensors of `into`. */
function runInto(
  ort: OrtModule,
  session: Ort.InferenceSession,
  feeds: Results,
  into?: Tensors,
): Promise<Results> {
  if (!into) return session.run(feeds);
  return session.run(feeds, { ...nothing(session.outputNames), ...toOrtTensors(ort, into) });
}

/** The same by a copy, for WebAssembly leaves the tensors that it is given as they were. */
async function runAndCopy(
  ort: OrtModule,
  session: Ort.InferenceSession,
  feeds: Results,
  into: Tensors = {},
): Promise<Results> {
  const results = await session.run(feeds);
  for (const [name, { data }] of Object.entries(into)) data.set(results[name].data as Float32Array);
  return { ...results, ...toOrtTensors(ort, into) };
}

/** Outputs that are wanted, with no tensor for them. */
const nothing = (names: readonly string[]): Record<string, null> =>
  Object.fromEntries(names.map((name) => [name, null]));
