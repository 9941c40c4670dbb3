export { mixBetween, motionBetween } from './between/index.ts';
export type { BetweenInput, BetweenLayer, BetweenSide } from './between/index.ts';
export { blendLayers, blendReference } from './blend/index.ts';
export type { BlendLayer } from './blend/index.ts';
export {
  correlate,
  correlateAllPairs,
  correlationBackends,
  correlationUnavailable,
  prepareAllPairs,
  prepareCorrelation,
} from './correlation/index.ts';
export type {
  AllPairsOptions,
  AllPairsSpec,
  AllPairsVolume,
  ComputeBackend,
  CorrelateOptions,
  CorrelationBackend,
  CorrelationOptions,
  PreparedAllPairs,
  PreparedCorrelation,
} from './correlation/index.ts';
export {
  consensus,
  consensusReference,
  filterMutual,
  matchingTensor,
  matchingTensorReference,
  mutualReference,
  softArgmax,
  softArgmaxReference,
  voteDisplacements,
  voteReference,
} from './consensus/index.ts';
export type { SoftArgmaxOptions, VoteOptions } from './consensus/index.ts';
export { KernelError } from './errors.ts';
export { lookupReference, prepareLookup } from './lookup/index.ts';
export type { LookupOptions, LookupSpec, PreparedLookup } from './lookup/index.ts';
export { matchGlobally, matchReference, prepareMatch } from './match/index.ts';
export type {
  MatchGloballyOptions,
  PrepareMatchOptions,
  MatchResult,
  MatchSpec,
  PreparedMatch,
} from './match/index.ts';
export {
  neighbourhoodDifferences,
  neighbourhoodDifferencesReference,
  normalizedCorrelation,
  normalizedCorrelationReference,
} from './neighbours/index.ts';
export type { NormalizedCorrelationOptions } from './neighbours/index.ts';
export type * from './types.ts';
export { prepareRefinement, refineReference } from './refine/index.ts';
export type {
  PreparedRefinement,
  RefineInput,
  PrepareRefinementOptions,
  RefineParameters,
  RefineSpec,
} from './refine/index.ts';
export { resizePlanes } from './resample/index.ts';
export { splatForward, warpBackward, warpWindow } from './warp/index.ts';
export type { SplatInput, SplatOutput, WarpWindow } from './warp/index.ts';
export { prepareUpsample, upsampleReference } from './upsample/index.ts';
export type {
  PreparedUpsample,
  UpsampleInput,
  UpsampleOptions,
  UpsampleOutput,
  UpsampleSpec,
} from './upsample/index.ts';
