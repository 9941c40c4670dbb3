export { describeColorHistograms } from './color-histogram.ts';
export { describeRawPixels, describeStandardizedPixels } from './pixels.ts';
export { describeRootSift, describeSiftPatches } from './sift-patch.ts';
export { smoothPatches } from './smooth.ts';
