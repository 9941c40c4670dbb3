/** The verbs in threads beside the event loop. */
export { WorkerError } from './errors.ts';
export { openThreads, openWorker } from './open-worker.ts';
export type { OpenWorkerOptions, WhitherWorker } from './open-worker.ts';
export type {
  WorkerCallOptions,
  WorkerEstimateOptions,
  WorkerMatchOptions,
  WorkerSemanticOptions,
  WorkerSimilarityMapOptions,
  WorkerSimilarityOptions,
  WorkerStitchOptions,
} from './options.ts';
export { WorkerModel } from './worker-model.ts';
export type { WorkerModelKind } from './verbs.ts';
