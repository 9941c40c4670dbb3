export { prepareFrame } from './estimate-frame.ts';

export { SEQUENCE_OPTIONS, imageOfFrame, flowSequence, walkFrames } from './estimate-sequence.ts';
export type { FlowSequenceOptions, SequenceEstimate, SequenceFrames } from './estimate-sequence.ts';
export { ESTIMATE_OPTIONS, estimateFlow, estimateParts, joinEstimate } from './estimate.ts';
export type { EstimateOptions, EstimateParts, FlowEstimate } from './estimate.ts';
export { refineFlow } from './refine.ts';
export type { RefineFlowOptions, RefineLevelOptions, RefineOptions } from './refine.ts';
export type { PreparedFrame } from '../types.ts';
export type { RefineLevelSettings } from './refine.ts';
