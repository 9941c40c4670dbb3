import type { OptionNames } from '../core/index.ts';
import { ESTIMATE_OPTIONS, SEQUENCE_OPTIONS } from '../flow/estimate/index.ts';
import type { EstimateOptions } from '../flow/estimate/index.ts';
import { MATCH_OPTIONS } from '../match/pair/index.ts';
import type { MatchOptions } from '../match/pair/index.ts';
import type { SimilarityMapOptions, SimilarityOptions } from '../match/patches/index.ts';
import { SEMANTIC_OPTIONS } from '../match/semantic/index.ts';
import type { MatchSemanticOptions } from '../match/semantic/index.ts';
import type { FlowBetween, StitchOptions } from '../stitch/index.ts';
import type { WorkerModel } from './worker-model.ts';

/** What every call to a worker may say besides its own options. */
export interface WorkerCallOptions {
  /**
   * Hand the images over instead of copying them: their `data` is empty afterwards. Arrays that are only a part of their
   * memory are copied all the same, and so is what Node cannot hand over, such as most images of `readImage` and `decodeImage`.
   *
   * @default false
   */
  readonly transfer?: boolean;
}

/** Options of a worker's `estimateFlow`. */
export interface WorkerEstimateOptions extends EstimateOptions, WorkerCallOptions {}

/** Options of a worker's `match`. */
export interface WorkerMatchOptions extends MatchOptions, WorkerCallOptions {}

/** Options of a worker's `matchSemantic`. */
export interface WorkerSemanticOptions extends MatchSemanticOptions, WorkerCallOptions {}

/** Options of a worker's `similarity` and `verify`. */
export interface WorkerSimilarityOptions extends SimilarityOptions, WorkerCallOptions {}

/** Options of a worker's `similarityMap`. */
export interface WorkerSimilarityMapOptions extends SimilarityMapOptions, WorkerCallOptions {}

/** Options of a worker's `stitch`: those of `stitch`, but for a `matcher`, which cannot leave its thread. */
export interface WorkerStitchOptions extends Omit<StitchOptions, 'align' | 'matcher'>, WorkerCallOptions {
  /** As of `stitch`; or a model that the worker loaded, which estimates flow between the images. */
  readonly align?: FlowBetween | WorkerModel<'flow'>;
}

const transfer = true;

const SIMILARITY: OptionNames<SimilarityOptions> = { metric: true };
const SIMILARITY_MAP: OptionNames<SimilarityMapOptions> = { stride: true };

const STITCH: OptionNames<WorkerStitchOptions> = {
  scale: true,
  matchMegapixels: true,
  cacheBytes: true,
  order: true,
  pairs: true,
  yaw: true,
  pitch: true,
  roll: true,
  model: true,
  lens: true,
  onProgress: true,
  signal: true,
  projection: true,
  masks: true,
  crop: true,
  maxMegapixels: true,
  exposure: true,
  seams: true,
  blend: true,
  background: true,
  align: true,
  transforms: true,
  onImage: true,
  openSink: true,
  transfer,
};

/** The names of each verb's options, so that others are refused before anything is sent. */
export const CALL_OPTIONS = {
  estimateFlow: { ...ESTIMATE_OPTIONS, transfer },
  flowSequence: SEQUENCE_OPTIONS,
  match: { ...MATCH_OPTIONS, transfer },
  matchSemantic: { ...SEMANTIC_OPTIONS, transfer },
  similarity: { ...SIMILARITY, transfer },
  similarityMap: { ...SIMILARITY_MAP, transfer },
  verify: { ...SIMILARITY, transfer },
  stitch: STITCH,
} as const;
