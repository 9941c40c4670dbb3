/** Between the frames and what a single network takes and gives. */
export { placeImage } from './place.ts';
export { frameRange, prepareInput } from './prepare-input.ts';
export { outputShape, readFlowOutput, takeFromPlace } from './read-output.ts';
export type { OutputShape } from './read-output.ts';
