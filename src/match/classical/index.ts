export { describeColorHistograms } from './color-histogram.ts';
export { describeRawPixels, describeStandardizedPixels } from './pixels.ts';
export { describeRootSift, describeSift } from './sift-patch.ts';
export { smoothPatches } from './smooth.ts';
