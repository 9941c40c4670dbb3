import { prepareCorrelation } from '../../kernels/correlation/index.ts';
import type {
  ComputeBackend,
  CorrelationBackend,
  PreparedCorrelation,
} from '../../kernels/correlation/index.ts';
import { BackendError as KernelError } from '../../kernels/errors.ts';
import type { CostVolume, FeatureMap } from '../../kernels/types.ts';
import { BackendError } from '../core/errors.ts';
import type { Tensor } from '../core/types.ts';
import type { ModelCorrelation, Session } from '../runtime/index.ts';

/** What computed a flow: the backend of the correlation layer, or ONNX Runtime where all is one graph. */
export type FlowBackend = ComputeBackend | 'onnxruntime';

/** An image at the door of a network, with what the network made of it already. */
export interface NetworkInput {
  /** Dims `[1, 3, height, width]`, sizes and values as the model's `input` says. */
  readonly tensor: Tensor;
  encoding?: Promise<Encoding>;
}

/** What the encoder of a Siamese network makes of one image. */
interface Encoding {
  readonly features: Tensor;
  readonly skip: Tensor;
}

/** A network in memory, whichever way it is cut. */
export interface FlowNetwork {
  /**
   * Runs it on a pair of one size.
   *
   * @returns the flow, dims `[1, 2, height / stride, width / stride]`, in pixels of the input, and what computed it
   */
  estimate(a: NetworkInput, b: NetworkInput): Promise<{ flow: Tensor; backend: FlowBackend }>;
  dispose(): Promise<void>;
}

/** A network in one graph: `imageA`, `imageB` to `flow`. */
export function createFusedNetwork(session: Session): FlowNetwork {
  return {
    async estimate(a, b) {
      const { flow } = await session.run({ imageA: a.tensor, imageB: b.tensor });
      return { flow, backend: 'onnxruntime' };
    },
    dispose: () => session.dispose(),
  };
}

/**
 * A network cut at its correlation layer. Each image is encoded once, however many pairs it is part of; the
 * correlation is prepared once for every size.
 */
export function createSplitNetwork(
  encoder: Session,
  decoder: Session,
  layer: ModelCorrelation,
  backend: CorrelationBackend,
): FlowNetwork {
  const correlations = createCorrelations(layer, backend);
  const encode = (input: NetworkInput): Promise<Encoding> =>
    (input.encoding ??= encoder
      .run({ image: input.tensor })
      .then(({ features, skip }) => ({ features, skip })));
  return {
    async estimate(a, b) {
      const { features, skip } = await encode(a);
      const { features: featuresB } = await encode(b);
      const { prepared, volumes } = await correlations.get(features);
      // The volume is the largest array of all: it is kept from pair to pair, one for each pair under way.
      const volume = await prepared.run(featureMap(features), featureMap(featuresB), volumes.pop());
      const { flow } = await decoder.run({ correlation: volumeTensor(volume), features, skip });
      volumes.push(volume);
      return { flow, backend: prepared.backend };
    },
    async dispose() {
      await Promise.all([encoder.dispose(), decoder.dispose(), correlations.dispose()]);
    },
  };
}

/** A correlation ready for one size, and volumes of that size that are free to be written into. */
interface KeptCorrelation {
  readonly prepared: PreparedCorrelation;
  readonly volumes: CostVolume[];
}

/** Sizes that a prepared correlation is kept for: a schedule has few, a folder of odd pictures has many. */
const KEPT_SIZES = 8;

function createCorrelations(layer: ModelCorrelation, backend: CorrelationBackend) {
  const { radius, step, scale } = layer;
  const kept = new Map<string, Promise<KeptCorrelation>>();
  const prepare = async (channels: number, height: number, width: number): Promise<KeptCorrelation> => {
    const spec = { channels, height, width, radius, step, scale };
    const prepared = await prepareCorrelation(spec, backend).catch((cause: unknown) => {
      throw cause instanceof KernelError ? new BackendError(cause.message, { cause }) : cause;
    });
    return { prepared, volumes: [] };
  };
  return {
    get({ dims: [, channels, height, width] }: Tensor): Promise<KeptCorrelation> {
      const size = `${width} x ${height}`;
      const found = kept.get(size) ?? prepare(channels, height, width);
      // A map keeps the order of insertion: the size used last goes to its end, the stalest stands first.
      kept.delete(size);
      kept.set(size, found);
      found.catch(() => kept.delete(size));
      if (kept.size > KEPT_SIZES) void release(kept, kept.keys().next().value!);
      return found;
    },
    async dispose() {
      await Promise.all([...kept.keys()].map((size) => release(kept, size)));
    },
  };
}

async function release(kept: Map<string, Promise<KeptCorrelation>>, size: string): Promise<void> {
  const found = kept.get(size);
  kept.delete(size);
  (await found)?.prepared.dispose();
}

function featureMap({ dims: [, channels, height, width], data }: Tensor): FeatureMap {
  return { channels, height, width, data };
}

function volumeTensor({ displacements, height, width, data }: CostVolume): Tensor {
  return { dims: [1, displacements, height, width], data };
}
