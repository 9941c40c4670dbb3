/** Keypoints, descriptors and their matching: what geometry between pictures is built on. */
export { describeKeypoints, detectKeypoints, extractFeatures } from './extract.ts';
export { extractPatches } from './extract-patches.ts';
export { toGrey } from './grey.ts';
export { matchDescriptors } from './match-descriptors.ts';
export { matchFeatures } from './match-features.ts';
export type { FeatureMatch, MatchFeaturesOptions } from './match-features.ts';
export type {
  DescribeOptions,
  DescriptorKind,
  DescriptorMatches,
  Descriptors,
  DetectOptions,
  Detector,
  ExtractOptions,
  Features,
  Grey,
  Keypoints,
  MatchDescriptorsOptions,
  PatchDescriptor,
  Patches,
} from './types.ts';
