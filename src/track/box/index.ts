export { BoxTracker } from './box-tracker.ts';
export type { Box } from './box-tracker.ts';
export { errorOf, fitSimilarity } from './fit-similarity.ts';
export type { Similarity, WeightedPair } from './fit-similarity.ts';
