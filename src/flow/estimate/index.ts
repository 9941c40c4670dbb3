export { prepareFrame } from './estimate-frame.ts';

export { flowSequence } from './estimate-sequence.ts';
export type { FlowSequenceOptions, SequenceEstimate, SequenceFrames } from './estimate-sequence.ts';
export { estimateFlow } from './estimate.ts';
export type { EstimateOptions, FlowEstimate } from './estimate.ts';
export { refineFlow } from './refine.ts';
export type { RefineFlowOptions, RefineLevelOptions, RefineOptions } from './refine.ts';
export type { PreparedFrame } from '../types.ts';
export type { RefineLevelSettings } from './refine.ts';
