/** Distances between descriptors, given and learned. */
export { fitLda, fitMahalanobis } from './fit.ts';
export type { FitLdaOptions, FitMetricOptions } from './fit.ts';
export {
  distanceRange,
  isLearned,
  metricNames,
  resolveMetric,
  similarityOf,
  vectorDistance,
} from './metrics.ts';
export type {
  LearnedMetric,
  Metric,
  MetricChoice,
  MetricName,
  PlainMetricName,
  RbfMetric,
} from './metrics.ts';
export { checkDescriptors, descriptorAt, forEachBlock, pairwiseDistances, project } from './pairwise.ts';
export type { DistanceMatrix } from './pairwise.ts';
export { parseMetric, serializeMetric } from './serialize.ts';
