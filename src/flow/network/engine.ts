import type { OptionNames } from '../../core/index.ts';
import { correlationBackends, correlationUnavailable } from '../../../kernels/correlation/index.ts';
import type { ComputeBackend, CorrelationBackend } from '../../../kernels/correlation/index.ts';
import {
  BackendError,
  ModelError,
  checkInteger,
  checkOneOf,
  checkOptions,
  coreCount,
  expected,
} from '../../core/index.ts';
import {
  RUNTIME_OPTIONS,
  checkRuntimeOptions,
  createQueue,
  createSession,
  findModel,
  loadGraph as loadSession,
  openRuntime,
  readModelFile,
} from '../../runtime/index.ts';
import type {
  FlowManifest,
  InstalledModel,
  Queue,
  RuntimeOptions,
  Session,
  SessionOptions,
} from '../../runtime/index.ts';
import { createFusedNetwork, createSplitNetwork, fusedInputs } from './engine-network.ts';
import type { FlowNetwork } from './engine-network.ts';
import { graphOf } from './graph.ts';
import type { Graph, LoadGraph } from './graph.ts';
import { createPyramidNetwork } from './engine-pyramid.ts';
import { loadJudgePyramid } from './pyramid-judge.ts';
import { loadRecurrentPyramid } from './pyramid-recurrent.ts';
import type { ModelManifest } from '../../runtime/manifest/index.ts';

/** What a network computes in: 32-bit floats, or 8-bit integers where that costs little accuracy and saves much time. */
export type Precision = 'int8' | 'float32';

/** Which of a model's graphs to run: all in one, or cut at the correlation layer with our kernel between. */
export type FlowGraph = 'fused' | 'split' | 'auto';

/** What is loaded where no model is named. */
export const DEFAULT_FLOW_MODEL = 'whither-flow';

/** Options of `loadFlowModel`. */
export interface LoadFlowModelOptions extends RuntimeOptions {
  /**
   * What computes the correlation layer: a backend of the kernel, `onnxruntime` for the graph that holds the
   * layer itself, or `auto` (the default) for what is fastest here.
   */
  readonly backend?: CorrelationBackend | 'onnxruntime';
  /**
   * Threads of ONNX Runtime and, for a network with kernels between its graphs, of those. ONNX Runtime defaults to as many
   * as there are cores, for such a network to half as many, and the kernels default to as many as pay.
   */
  readonly threads?: number;
  /** Defaults to `auto`: the split graphs where the model has them. */
  readonly graph?: FlowGraph;
  /**
   * `int8` holds for the parts of a model that come in it; all others compute in `float32`. Defaults to `int8` on the device
   * `cpu`, elsewhere to `float32`: WebAssembly takes four times as long for `int8`.
   */
  readonly precision?: Precision;
}

const OPTIONS: OptionNames<LoadFlowModelOptions> = {
  ...RUNTIME_OPTIONS,
  backend: true,
  threads: true,
  graph: true,
  precision: true,
};

/** A network that estimates flow, loaded and ready; it holds memory and threads until it is disposed of. */
export class FlowModel {
  /** What its `model.json` says. */
  readonly manifest: FlowManifest;
  /** The graphs that it runs. */
  readonly graph: 'fused' | 'split';
  /** @internal Threads of the refinement of its flow; as many as pay unless set. */
  readonly threads?: number;
  /** @internal Estimates on one model take turns: the kernels between its graphs hold the maps of one pair. */
  readonly inTurn: Queue = createQueue();
  #network: FlowNetwork | undefined;

  /** @internal Use `loadFlowModel`. */
  constructor(manifest: FlowManifest, graph: 'fused' | 'split', network: FlowNetwork, threads?: number) {
    this.threads = threads;
    this.manifest = manifest;
    this.graph = graph;
    this.#network = network;
  }

  /** @internal */
  get network(): FlowNetwork {
    if (this.#network) return this.#network;
    throw new ModelError(`Expected a loaded model but ${this.manifest.name} has been disposed of`);
  }

  /**
   * Frees the sessions and the kernels; the model is of no use after that. An estimate that is under way ends at its next
   * pass, with a ModelError.
   */
  async dispose(): Promise<void> {
    const network = this.#network;
    this.#network = undefined;
    await this.inTurn(async () => network?.dispose());
  }

  [Symbol.dispose](): void {
    void this.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}

/** @internal A model of one graph that is loaded already; its session stays the caller's where the model is not disposed of. */
export const createSingleModel = (manifest: FlowManifest, session: Session): FlowModel =>
  new FlowModel(manifest, 'fused', createFusedNetwork(session, manifest));

/** The model; TypeError where it is none of `loadFlowModel`, such as one that a worker loaded. */
export function checkFlowModel(model: FlowModel): FlowModel {
  if (!(model instanceof FlowModel)) throw expected('a model from loadFlowModel', 'model', model);
  return model;
}

/**
 * Loads a network that estimates optical flow, after checking its files against the hashes in `model.json`.
 *
 * @param nameOrFolder name of an installed model (see `listModels`), or a folder that holds a `model.json`;
 *   defaults to `whither-flow`
 * @throws ModelError where the model is missing, damaged or not for flow; BackendError where the backend and
 *   the model's graphs do not go together, or the device is not here
 * @example
 * import { estimateFlow, loadFlowModel } from 'whither';
 *
 * const model = await loadFlowModel('whither-flow', { threads: 2 });
 * const { flow } = await estimateFlow(model, imageA, imageB);
 * await model.dispose();
 */
export async function loadFlowModel(
  nameOrFolder: string = DEFAULT_FLOW_MODEL,
  options: LoadFlowModelOptions = {},
): Promise<FlowModel> {
  checkOptions(options, OPTIONS, 'loadFlowModel');
  checkRuntimeOptions(options);
  if (options.threads !== undefined) checkInteger(options.threads, 'threads', 1);
  const model = await findModel(nameOrFolder, ['flow']);
  const manifest = checkTask(model.manifest);
  const precision = options.precision && checkOneOf(options.precision, 'precision', ['int8', 'float32']);
  const graph = manifest.pyramid ? checkPyramidOptions(manifest, options) : chooseGraph(manifest, options);
  await checkAvailable(options.backend);
  const threads = options.threads ?? (manifest.pyramid ? threadsOfSmallGraphs() : undefined);
  const { runtime } = options;
  const { device } = await openRuntime(options);
  const load: LoadGraph = (part, inputs, outputs, arena) =>
    loadGraph(model, part, inputs, outputs, { runtime, device, threads, arena });
  if (manifest.pyramid) {
    const ours = options.threads && Math.min(options.threads, MOST_KERNEL_THREADS);
    const numbers = precision ?? (device === 'cpu' ? 'int8' : 'float32');
    return new FlowModel(manifest, graph, await loadPyramid(manifest, load, numbers, ours), ours);
  }
  if (graph === 'fused') {
    const signature = { inputs: fusedInputs(manifest.input), outputs: [manifest.output.name ?? 'flow'] };
    const fused = await loadSession(model, 'fused', signature, { runtime, device, threads });
    return createSingleModel(manifest, fused);
  }
  const [encoder, decoder] = await Promise.all([
    load('encoder', ['image'], ['features', 'skip']),
    load('decoder', ['correlation', 'features', 'skip'], ['flow']),
  ]);
  const backend = options.backend as CorrelationBackend | undefined;
  return new FlowModel(
    manifest,
    graph,
    createSplitNetwork(encoder, decoder, manifest.correlation!, backend ?? 'auto', manifest.output.stride),
  );
}

/**
 * All of up to four cores, half of eight or more. The graphs of a pyramid take milliseconds each, and hardly gain from many threads.
 * On two cores two threads take 0.91 of the time of one with `balanced`, 0.79 with `accurate`; more cores were not measured.
 */
const threadsOfSmallGraphs = (): number => Math.min(coreCount(), Math.max(4, Math.floor(coreCount() / 2)));

/** Our kernels hardly gain from more. */
const MOST_KERNEL_THREADS = 4;

/** A pyramid, whose kernels run on one backend alone. */
async function loadPyramid(
  manifest: FlowManifest,
  load: LoadGraph,
  precision: Precision,
  threads: number | undefined,
): Promise<FlowNetwork> {
  const pyramid = manifest.pyramid!;
  const parts =
    pyramid.kind === 'recurrent'
      ? await loadRecurrentPyramid(load, pyramid)
      : await loadJudgePyramid(load, pyramid, precision === 'int8' && 'decoder8' in manifest.files);
  return createPyramidNetwork(parts, pyramid, manifest.iterations ?? [], threads);
}

function checkTask(manifest: ModelManifest | FlowManifest): FlowManifest {
  if (manifest.task === 'flow') return manifest as FlowManifest;
  throw new ModelError(`Expected a model for flow but ${manifest.name} is for ${manifest.task}`);
}

/** What was asked for never becomes something else: a demand that the model cannot meet is an error. */
function chooseGraph(manifest: FlowManifest, options: LoadFlowModelOptions): 'fused' | 'split' {
  const { backend = 'auto', graph = 'auto' } = options;
  checkOneOf(graph, 'graph', ['fused', 'split', 'auto']);
  checkOneOf(backend, 'backend', ['auto', 'onnxruntime', ...correlationBackends]);
  const kernel = backend !== 'auto' && backend !== 'onnxruntime';
  const divided = manifest.correlation !== undefined;
  if ((kernel || graph === 'split') && !divided)
    throw new BackendError(
      `Expected backend auto or onnxruntime for ${manifest.name}, which has no correlation layer ` +
        `to hand to a kernel, but received ${kernel ? backend : 'graph split'}`,
    );
  if (kernel && graph === 'fused')
    throw new BackendError(
      `Expected backend auto or onnxruntime for the fused graph but received ${backend}`,
    );
  if (backend === 'onnxruntime' && graph === 'split')
    throw new BackendError(
      'Expected a backend of the correlation kernel for the split graphs but received onnxruntime',
    );
  if (graph !== 'auto') return graph;
  return divided && backend !== 'onnxruntime' ? 'split' : 'fused';
}

/** A pyramid comes in parts, with kernels between that are written for one backend. */
function checkPyramidOptions(
  { name }: FlowManifest,
  { backend = 'auto', graph = 'auto' }: LoadFlowModelOptions,
): 'split' {
  if (graph === 'fused')
    throw new BackendError(`Expected graph split or auto for ${name} but received fused`);
  if (backend === 'auto' || backend === 'simd') return 'split';
  throw new BackendError(
    `Expected backend auto or simd for ${name}, whose kernels have no other, but received ${backend}`,
  );
}

/** Says at once what would otherwise show at the first estimate. */
async function checkAvailable(backend: LoadFlowModelOptions['backend'] = 'auto'): Promise<void> {
  if (backend === 'auto' || backend === 'onnxruntime') return;
  const reason = await correlationUnavailable(backend satisfies ComputeBackend);
  if (reason) throw new BackendError(`Expected backend ${backend} to work here but it does not: ${reason}`);
}

async function loadGraph(
  model: InstalledModel,
  part: string,
  inputs: readonly string[],
  outputs: readonly string[],
  options: SessionOptions,
): Promise<Graph> {
  const label = `${model.manifest.name} ${part}`;
  const session = await createSession(await readModelFile(model, part), label, options);
  const wanted = `${inputs.join(', ')} -> ${outputs.join(', ')}`;
  const missing = [
    ...inputs.filter((name) => !session.inputs.includes(name)),
    ...outputs.filter((name) => !session.outputs.includes(name)),
  ];
  if (!missing.length) return graphOf(session);
  await session.dispose();
  throw new ModelError(
    `Expected a graph ${wanted} for ${label} but received ` +
      `${session.inputs.join(', ')} -> ${session.outputs.join(', ')}`,
  );
}
