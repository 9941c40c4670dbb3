/** Keypoints, descriptors and their matching: what geometry between images is built on. */
export { describeKeypoints, detectKeypoints, extractFeatures } from './extract.ts';
export { extractPatches } from './describe/index.ts';
export { toGrey } from './scale-space/index.ts';
export { matchDescriptors, matchFeatures } from './match/index.ts';
export type { FeatureMatch, MatchFeaturesOptions } from './match/index.ts';
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
