/** Homographies by a network that looks at both images. */
export { estimateHomography } from './estimate-homography.ts';
export type { EstimateHomographyOptions, HomographyEstimate } from './estimate-homography.ts';
export { correspondencesFromHomography } from './homography-correspondences.ts';
export type { HomographyCorrespondencesOptions } from './homography-correspondences.ts';
export { HomographyModel, loadHomographyModel } from './homography-model.ts';
export type { LoadHomographyModelOptions } from './homography-model.ts';
