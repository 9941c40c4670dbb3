/** `whither/geometry`: homographies, correspondences, robust fits, transforms, and a network for homographies. */
export {
  applyHomography,
  composeHomographies,
  countCorrespondences,
  createCorrespondences,
  homographyJacobian,
  invertHomography,
  joinCorrespondences,
  normalizeHomography,
  pickCorrespondences,
  resizeHomography,
  selectCorrespondences,
  swapCorrespondences,
  transformPoints,
} from '../core/index.ts';
export type { CorrespondenceSource, Correspondences, Homography, Matrix3 } from '../core/index.ts';
export * from '../geometry/index.ts';
export * from '../match/homography/index.ts';
export { correspondencesFromFlow } from '../match/pair/index.ts';
export type { FlowCorrespondencesOptions } from '../match/pair/index.ts';
export type { Size } from '../core/index.ts';
