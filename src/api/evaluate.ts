/** `whither/evaluate`: scores of flow, of verification, retrieval and clustering, and the metrics they compare by. */
export { errorMap } from '../draw/index.ts';
export type { ErrorMap, ErrorMapOptions } from '../draw/index.ts';
export { scoreFlow } from '../flow/index.ts';
export type { FlowScore, ScoreOptions } from '../flow/index.ts';
export {
  areaUnderRoc,
  averagePrecision,
  chooseThreshold,
  clusterDescriptors,
  equalErrorRate,
  falsePositiveRateAtRecall,
  normalizedMutualInformation,
  rocCurve,
  scoreClustering,
  scoreRetrieval,
  toScores,
} from '../match/evaluation/index.ts';
export type {
  ChosenThreshold,
  ClusterOptions,
  LabelledDescriptors,
  RetrievalScore,
  RocCurve,
  ScoreRetrievalOptions,
  ScoredPairs,
} from '../match/evaluation/index.ts';
export {
  fitLda,
  fitMahalanobis,
  metricNames,
  pairwiseDistances,
  parseMetric,
  serializeMetric,
  similarityOf,
  vectorDistance,
} from '../match/metric/index.ts';
export type {
  DistanceMatrix,
  FitLdaOptions,
  FitMetricOptions,
  LearnedMetric,
  Metric,
  MetricChoice,
  MetricName,
  PlainMetricName,
  RbfMetric,
} from '../match/metric/index.ts';
