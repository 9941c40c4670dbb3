import { prepareCorrelation } from '../../../kernels/correlation/index.ts';
import type { ComputeBackend, CorrelationBackend } from '../../../kernels/correlation/index.ts';
import { KernelError } from '../../../kernels/errors.ts';
import type { CostVolume, FeatureMap } from '../../../kernels/types.ts';
import { BackendError } from '../../core/index.ts';
import type { Tensor } from '../../core/index.ts';
import { readFlowOutput, takeFromPlace } from '../adapt/index.ts';
import { joinPlanes } from '../field/index.ts';
import { createKernelCache } from './kernel-cache.ts';
import { checkOutputMap } from './graph.ts';
import type { Graph } from './graph.ts';
import type { PyramidState } from './pyramid-state.ts';
import { checkFinite } from '../../runtime/index.ts';
import type { FlowManifest, ModelCorrelation, ModelInput, Session } from '../../runtime/index.ts';
import type { Maps, NetworkInput } from '../types.ts';

/** What computed a flow: the backend of the correlation layer, or ONNX Runtime where all is one graph. */
export type FlowBackend = ComputeBackend | 'onnxruntime';

/** The outputs that a pyramid starts from, at its coarsest level; of B the first alone. */
export const START_OUTPUTS = ['features0', 'context0', 'start'] as const;

/** How a network that leaves a choice is run. */
export interface NetworkOptions {
  /** Steps of the decoder at each level of a pyramid, coarse to fine. */
  readonly iterations?: readonly number[];
  /** Flow that a pyramid may start from: u and v in pixels of the input. */
  readonly initial?: FeatureMap;
  /** Ends the run of a pyramid between two of its steps. */
  readonly signal?: AbortSignal;
}

/** What a network sees in a pair. */
export interface NetworkEstimate {
  /** u and v on a grid of `height / stride` x `width / stride` cells for a stride of its own, in pixels of the input. */
  readonly flow: FeatureMap;
  /** Probability of having no counterpart in B, 0 to 1, on the same grid, where the network tells it. */
  readonly occlusion?: FeatureMap;
  readonly backend: FlowBackend;
}

/** A network in memory, whichever way it is cut. Its kernels hold the maps of one pair: pairs take turns, see `FlowModel`. */
export interface FlowNetwork {
  /** Runs it on a pair of one size. */
  estimate(a: NetworkInput, b: NetworkInput, options?: NetworkOptions): Promise<NetworkEstimate>;
  /** Of a pyramid alone: its steps one by one, for images that do not fit into memory as a whole. */
  readonly inWindows?: WindowNetwork;
  dispose(): Promise<void>;
}

/**
 * A pyramid's steps. Where the decoder starts is found at the coarsest level, whose maps are small enough for the whole of
 * an image; the finer levels see one window after the other.
 */
export interface WindowNetwork {
  /** Pixels of the input to a cell of the coarsest maps. */
  readonly stride: number;
  /** Of a window, or of a whole image. */
  encode(planes: FeatureMap): Promise<Maps>;
  /** The start, from `START_OUTPUTS` alone, and the coarsest level where others follow. */
  begin(a: Maps, b: Maps, options: NetworkOptions): Promise<PyramidState>;
  /** The other levels. */
  resume(
    a: NetworkInput,
    b: NetworkInput,
    state: PyramidState,
    options: Omit<NetworkOptions, 'initial'>,
  ): Promise<NetworkEstimate>;
  /** Gives back the memory of the kernels between the graphs; whoever runs it next has them prepared anew. */
  rest(): Promise<void>;
}

/** A network in one graph, with the names, the order and the units that its manifest says. */
export function createFusedNetwork(session: Session, { input, output }: FusedManifest): FlowNetwork {
  return {
    async estimate(a, b) {
      const results = await session.run(fusedFeeds(a, b, input));
      const flow = readFlowOutput(results[output.name ?? 'flow'], a.planes, output);
      return { flow: takeFromPlace(flow, a), backend: 'onnxruntime' };
    },
    dispose: () => session.dispose(),
  };
}

/** What a network in one graph needs to know of itself. */
export type FusedManifest = Pick<FlowManifest, 'input' | 'output'>;

/** Names of a graph's inputs. */
export const fusedInputs = ({ names }: ModelInput): readonly string[] => names ?? ['imageA', 'imageB'];

/** A pair as its graph takes it: one input for each image, or one for both. */
export function fusedFeeds(a: NetworkInput, b: NetworkInput, input: ModelInput): Record<string, Tensor> {
  const { height, width } = a.planes;
  const [first, second] = fusedInputs(input);
  if (second) return { [first]: tensorOf(a.planes), [second]: tensorOf(b.planes) };
  const { data } = joinPlanes([a.planes, b.planes]);
  return {
    [first]: { dims: input.stack === 'frames' ? [1, 2, 3, height, width] : [1, 6, height, width], data },
  };
}

const tensorOf = ({ channels, height, width, data }: FeatureMap): Tensor => ({
  dims: [1, channels, height, width],
  data,
});

/**
 * A network cut at its correlation layer. Each image is encoded once, however many pairs it is part of; the
 * correlation is prepared once for every size.
 *
 * @param stride pixels to a cell of the flow
 */
export function createSplitNetwork(
  encoder: Graph,
  decoder: Graph,
  layer: ModelCorrelation,
  backend: CorrelationBackend,
  stride: number,
): FlowNetwork {
  const correlations = createCorrelations(layer, backend);
  const encode = (input: NetworkInput): Promise<Maps> =>
    (input.encoding ??= encoder.run({ image: input.planes }).then((encoding) => {
      checkOutputMap(encoding.features, [layer.channels, ...cellsOf(input.planes, layer.stride)], 'features');
      return encoding;
    }));
  return {
    async estimate(a, b) {
      const { features, skip } = await encode(a);
      const { features: featuresB } = await encode(b);
      const { prepared, volumes } = await correlations.get(features);
      // The volume is the largest array of all: it is kept from pair to pair, one for each pair under way.
      const volume = await prepared.run(features, featuresB, volumes.pop());
      const { flow } = await decoder.run({ correlation: volumeMap(volume), features, skip });
      volumes.push(volume);
      checkFlow(flow, a.planes, stride);
      return { flow, backend: prepared.backend };
    },
    async dispose() {
      await Promise.all([encoder.dispose(), decoder.dispose(), correlations.dispose()]);
    },
  };
}

/** Rows and columns of cells of `stride` pixels in a network's input. */
export const cellsOf = ({ height, width }: FeatureMap, stride: number): [height: number, width: number] => [
  Math.floor(height / stride),
  Math.floor(width / stride),
];

function checkFlow(flow: FeatureMap, input: FeatureMap, stride: number): void {
  checkFinite(checkOutputMap(flow, [2, ...cellsOf(input, stride)], 'flow').data, 'flow');
}

/** Correlations with volumes that are free to be written into. */
function createCorrelations({ radius, step, scale }: ModelCorrelation, backend: CorrelationBackend) {
  return createKernelCache(async ({ channels, height, width }) => {
    const spec = { channels, height, width, radius, step, scale };
    const prepared = await prepareCorrelation(spec, backend).catch((cause: unknown) => {
      throw cause instanceof KernelError ? new BackendError(cause.message, { cause }) : cause;
    });
    const volumes: CostVolume[] = [];
    const displacements = (2 * radius + 1) ** 2;
    // Both maps and two volumes, that of the kernel and that of a pair.
    const bytes = 8 * (channels + displacements) * height * width;
    return { prepared, volumes, bytes, dispose: () => prepared.dispose() };
  });
}

/** A cost volume as a graph takes it: a channel for each displacement. */
export function volumeMap({ displacements, height, width, data }: CostVolume): FeatureMap {
  return { channels: displacements, height, width, data };
}
