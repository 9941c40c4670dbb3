export {
  correlate,
  correlateAllPairs,
  correlationBackends,
  correlationUnavailable,
  prepareCorrelation,
} from './correlation/index.ts';
export type {
  AllPairsOptions,
  AllPairsVolume,
  ComputeBackend,
  CorrelateOptions,
  CorrelationBackend,
  CorrelationOptions,
  PreparedCorrelation,
} from './correlation/index.ts';
export { BackendError } from './errors.ts';
export type * from './types.ts';
export { resizePlanes } from './resample/index.ts';
export { splatForward, warpBackward } from './warp/index.ts';
export type { SplatInput, SplatOutput } from './warp/index.ts';
