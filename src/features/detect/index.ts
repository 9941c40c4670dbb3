export { chooseEven, chooseStrongest } from './choose-keypoints.ts';
export { detectFast, detectHarris } from './detect-corners.ts';
export { detectDog } from './detect-dog.ts';
export { packKeypoints } from './keypoint-list.ts';
export type { Keypoint } from './keypoint-list.ts';
export { orientKeypoints } from './orient-keypoints.ts';
export { filterFeatures, poolFeatures } from './pool.ts';
