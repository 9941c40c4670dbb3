import { checkImage, checkInteger, checkOptions, checkSignal, coreCount, expected } from '../core/index.ts';
import type { Image, OptionNames } from '../core/index.ts';
import { joinEstimate } from '../flow/estimate/index.ts';
import type {
  EstimateParts,
  FlowEstimate,
  FlowSequenceOptions,
  SequenceEstimate,
  SequenceFrames,
} from '../flow/estimate/index.ts';
import type { LoadFlowModelOptions } from '../flow/network/index.ts';
import type { PairMatch } from '../match/pair/index.ts';
import type {
  LoadPatchModelOptions,
  PatchImage,
  MapPoint,
  Similarity,
  SimilarityMap,
  Threshold,
  Verification,
} from '../match/patches/index.ts';
import type { LoadSemanticModelOptions, SemanticMatch } from '../match/semantic/index.ts';
import type { ImageSource, Stitched } from '../stitch/index.ts';
import { CALL_OPTIONS } from './options.ts';
import type {
  WorkerCallOptions,
  WorkerEstimateOptions,
  WorkerMatchOptions,
  WorkerSemanticOptions,
  WorkerSimilarityMapOptions,
  WorkerSimilarityOptions,
  WorkerStitchOptions,
} from './options.ts';
import { openPool } from './pool.ts';
import type { ThreadPool } from './pool.ts';
import { sequenceBeside } from './sequence.ts';
import { loadInPool, refOf } from './worker-model.ts';
import type { WorkerModel } from './worker-model.ts';

/** Options of {@link openWorker}. */
export interface OpenWorkerOptions {
  /**
   * How many threads carry out calls: that many at once, the others wait. Each holds models of its own. More than one share
   * the cores out among themselves, unless a model is loaded with `threads`.
   *
   * @default 1
   */
  readonly count?: number;
}

const OPTIONS: OptionNames<OpenWorkerOptions> = { count: true };

/**
 * The verbs of `whither`, carried out in threads beside the event loop. Each takes the arguments of its namesake and gives
 * the same result. Images are copied once, or handed over with `transfer: true` where Node can; results are handed over.
 *
 * What an option of yours is called with (`onTile`, `onProgress`, `load` of an image source, a sink) runs in the calling
 * thread. A call whose thread dies is rejected with a `WorkerError`, and the next call gets a new thread.
 */
export interface WhitherWorker {
  /** Calls that run or wait, such as for a limit of yours. */
  readonly pending: number;
  /** As the function of that name; the model is loaded in every thread, by the thread's own ONNX Runtime. */
  loadFlowModel(
    nameOrFolder?: string,
    options?: Omit<LoadFlowModelOptions, 'runtime'>,
  ): Promise<WorkerModel<'flow'>>;
  /** As the function of that name; the model is loaded in every thread, by the thread's own ONNX Runtime. */
  loadPatchModel(
    nameOrFolder?: string,
    options?: Omit<LoadPatchModelOptions, 'runtime'>,
  ): Promise<WorkerModel<'patch'>>;
  /** As the function of that name; the model is loaded in every thread, by the thread's own ONNX Runtime. */
  loadSemanticModel(
    nameOrFolder?: string,
    options?: Omit<LoadSemanticModelOptions, 'runtime'>,
  ): Promise<WorkerModel<'semantic'>>;
  /** As `estimateFlow`. */
  estimateFlow(
    model: WorkerModel<'flow'>,
    imageA: Image,
    imageB: Image,
    options?: WorkerEstimateOptions,
  ): Promise<FlowEstimate>;
  /** As `flowSequence`; the next flow is estimated while you use one. No more than three frames are read ahead. */
  flowSequence(
    model: WorkerModel<'flow'>,
    frames: SequenceFrames,
    options?: FlowSequenceOptions,
  ): AsyncGenerator<SequenceEstimate, void, undefined>;
  /** As `match`. */
  match(imageA: Image, imageB: Image, options?: WorkerMatchOptions): Promise<PairMatch>;
  /** As `matchSemantic`, of images. */
  matchSemantic(
    model: WorkerModel<'semantic'>,
    imageA: Image,
    imageB: Image,
    options?: WorkerSemanticOptions,
  ): Promise<SemanticMatch>;
  /** As `similarity`. */
  similarity(
    model: WorkerModel<'patch'>,
    patchA: PatchImage,
    patchB: PatchImage,
    options?: WorkerSimilarityOptions,
  ): Promise<Similarity>;
  /** As `similarityMap`. */
  similarityMap(
    model: WorkerModel<'patch'>,
    imageA: PatchImage,
    point: MapPoint,
    imageB: PatchImage,
    options?: WorkerSimilarityMapOptions,
  ): Promise<SimilarityMap>;
  /** As `verify`. */
  verify(
    model: WorkerModel<'patch'>,
    patchA: PatchImage,
    patchB: PatchImage,
    threshold: Threshold,
    options?: WorkerSimilarityOptions,
  ): Promise<Verification>;
  /** As `stitch`. */
  stitch(images: readonly (Image | ImageSource)[], options?: WorkerStitchOptions): Promise<Stitched>;
  /** Takes no more calls, and frees threads and models once those that there are are done. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens threads that carry out the verbs, so that the event loop of a server stays free. They keep the process alive only
 * while they have calls.
 *
 * @throws {WorkerError} where a thread does not start, as where a bundler took the package apart
 * @example
 * import { openWorker } from 'whither';
 *
 * await using worker = await openWorker();
 * const model = await worker.loadFlowModel('whither-flow');
 * const signal = AbortSignal.timeout(60_000);
 * const { flow } = await worker.estimateFlow(model, imageA, imageB, { preset: 'fast', signal });
 * const { homography } = await worker.match(imageA, imageB, { signal });
 */
export async function openWorker(options: OpenWorkerOptions = {}): Promise<WhitherWorker> {
  const { count = 1 } = checkOptions(options, OPTIONS, 'openWorker');
  return openThreads(count);
}

/**
 * As `openWorker`.
 *
 * @param data what the threads are told when they start
 */
export async function openThreads(count: number, data: object = {}): Promise<WhitherWorker> {
  checkInteger(count, 'count', 1, 64);
  const threads = count > 1 ? Math.max(1, Math.floor(coreCount() / count)) : undefined;
  const pool = await openPool(count, { ...data, threads });
  const sharing = <Options extends { readonly threads?: number }>(load: Options): Options => {
    // Code does not go from thread to thread.
    if ('runtime' in load) throw expected('a device alone', 'runtime', load.runtime);
    return threads ? { threads, ...load } : load;
  };
  return {
    get pending() {
      return pool.pending;
    },
    loadFlowModel: async (name, load = {}) => loadInPool(pool, 'flow', name, sharing(load)),
    loadPatchModel: async (name, load = {}) => loadInPool(pool, 'patch', name, sharing(load)),
    loadSemanticModel: async (name, load = {}) => loadInPool(pool, 'semantic', name, sharing(load)),
    ...flowVerbs(pool),
    ...matchVerbs(pool),
    ...patchVerbs(pool),
    stitch: async (images, { align, ...rest } = {}) => {
      const how = align && { align: typeof align === 'function' ? align : refOf(pool, align, 'flow') };
      return call(pool, 'stitch', [images], { ...rest, ...how });
    },
    close: () => pool.close(),
    [Symbol.asyncDispose]: () => pool.close(),
  };
}

/** Checks what every call has, and runs a verb with its options as the last argument. */
async function call<Result>(
  pool: ThreadPool,
  verb: keyof typeof CALL_OPTIONS,
  args: readonly unknown[],
  options: WorkerCallOptions & { readonly signal?: AbortSignal } = {},
): Promise<Result> {
  checkOptions<object>(options, CALL_OPTIONS[verb] as object as OptionNames<object>, verb);
  const { signal, transfer, ...rest } = options;
  checkSignal(signal);
  return (await pool.run({ verb, args: [...args, rest], give: transfer, signal })) as Result;
}

function flowVerbs(pool: ThreadPool): Pick<WhitherWorker, 'estimateFlow' | 'flowSequence'> {
  return {
    async estimateFlow(model, imageA, imageB, options) {
      const args = [refOf(pool, model, 'flow'), ...checkPair(imageA, imageB)];
      const parts = await call<EstimateParts>(pool, 'estimateFlow', args, options);
      return joinEstimate(parts);
    },
    async *flowSequence(model, frames, options = {}) {
      checkOptions(options, CALL_OPTIONS.flowSequence, 'flowSequence');
      checkSignal(options.signal);
      yield* sequenceBeside((job) => pool.run(job), refOf(pool, model, 'flow'), frames, options);
    },
  };
}

function matchVerbs(pool: ThreadPool): Pick<WhitherWorker, 'match' | 'matchSemantic'> {
  return {
    match: async (imageA, imageB, options) => call(pool, 'match', checkPair(imageA, imageB), options),
    async matchSemantic(model, imageA, imageB, options) {
      const args = [refOf(pool, model, 'semantic'), ...checkPair(imageA, imageB)];
      return call(pool, 'matchSemantic', args, options);
    },
  };
}

function patchVerbs(pool: ThreadPool): Pick<WhitherWorker, 'similarity' | 'similarityMap' | 'verify'> {
  const args = (model: WorkerModel<'patch'>, ...others: unknown[]): unknown[] => [
    refOf(pool, model, 'patch'),
    ...others,
  ];
  return {
    similarity: async (model, patchA, patchB, options) =>
      call(pool, 'similarity', args(model, patchA, patchB), options),
    similarityMap: async (model, imageA, point, imageB, options) =>
      call(pool, 'similarityMap', args(model, imageA, point, imageB), options),
    verify: async (model, patchA, patchB, threshold, options) =>
      call(pool, 'verify', args(model, patchA, patchB, threshold), options),
  };
}

const checkPair = (imageA: Image, imageB: Image): [Image, Image] => [
  checkImage(imageA, 'imageA'),
  checkImage(imageB, 'imageB'),
];
