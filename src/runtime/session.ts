import { availableParallelism } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type * as Ort from 'onnxruntime-node';
import { ModelError, oneLine } from '../core/index.ts';
import type { Tensor } from '../core/index.ts';
import { refuseExternalData } from './external-data.ts';
import { fromOrtTensor, graphValues, toOrtTensors } from './graph-values.ts';
import type { GraphValue } from './graph-values.ts';
import { loadOnnxRuntime } from './onnx-runtime.ts';

/** How a graph is loaded. */
export interface SessionOptions {
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
 * Loads an ONNX graph into ONNX Runtime's CPU provider.
 *
 * @param label names the graph in errors, such as `flownet-c decoder`
 * @throws ModelError with its cause where ONNX Runtime does not load here, refuses the graph or a run of it
 */
export async function createSession(
  bytes: Uint8Array,
  label: string,
  options: SessionOptions = {},
): Promise<Session> {
  refuseExternalData(bytes, label);
  const ort = await loadOnnxRuntime();
  const session = await ort.InferenceSession.create(bytes, sessionOptions(options)).catch(
    (cause: unknown) => {
      throw new ModelError(`Expected a graph that ONNX Runtime can load for ${label} but ${oneLine(cause)}`, {
        cause,
      });
    },
  );
  const [inputValues, outputValues] = [session.inputMetadata, session.outputMetadata].map(graphValues);
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    inputValues,
    outputValues,
    async run(feeds, into) {
      const fetches = into && { ...nothing(session.outputNames), ...toOrtTensors(ort, into) };
      // ONNX Runtime works on this thread; signals and timers get their turn before each run.
      await nextTurn();
      const given = toOrtTensors(ort, feeds, inputValues);
      const run = fetches ? session.run(given, fetches) : session.run(given);
      const results = await run.catch((cause: unknown) => {
        throw new ModelError(`ONNX Runtime failed to run ${label}: ${oneLine(cause)}`, { cause });
      });
      return Object.fromEntries(
        Object.entries(results).map(([name, value]) => [name, fromOrtTensor(value, name)]),
      );
    },
    dispose: () => session.release(),
  };
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
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    enableCpuMemArena: options.arena ?? false,
    intraOpNumThreads: options.threads ?? availableParallelism(),
    extra: { session: { intra_op: { allow_spinning: '0' } } },
    // Its warnings about shapes belong to whoever exports a model, and its errors are thrown: nothing is printed.
    logSeverityLevel: 4,
  };
}

/** Outputs that are wanted, with no tensor for them. */
const nothing = (names: readonly string[]): Record<string, null> =>
  Object.fromEntries(names.map((name) => [name, null]));
