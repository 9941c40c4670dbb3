export { matchDescriptors } from './match-descriptors.ts';
export {
  descriptorDistance,
  isDescriptorNear,
  joinPoints,
  matchFeatures,
  matchGuided,
} from './match-features.ts';
export { createPartners } from './partners.ts';
export type { FeatureMatch, MatchFeaturesOptions } from './match-features.ts';
