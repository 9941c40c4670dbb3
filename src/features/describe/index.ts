export { describeSift } from './describe-sift.ts';
export { extractPatches } from './extract-patches.ts';
