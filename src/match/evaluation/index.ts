/** Figures of merit of scores, rankings and clusterings. */
export { clusterDescriptors, normalizedMutualInformation, scoreClustering } from './clustering.ts';
export type { ClusterOptions } from './clustering.ts';
export { averagePrecision, falsePositiveRateAtRecall } from './ranking.ts';
export { scoreRetrieval } from './retrieval.ts';
export type { LabelledDescriptors, RetrievalScore, ScoreRetrievalOptions } from './retrieval.ts';
export { areaUnderRoc, equalErrorRate, rocCurve } from './roc.ts';
export type { RocCurve } from './roc.ts';
export { toScores } from './scores.ts';
export type { ScoredPairs } from './scores.ts';
export { chooseThreshold } from './threshold.ts';
export type { ChosenThreshold } from './threshold.ts';
export { checkRate } from './rate.ts';
