export { describeSift } from './describe-sift.ts';
export { extractPatches, sampleClamped } from './extract-patches.ts';
