export { interpolateFrames } from './interpolate-frames.ts';
export type { InterpolateOptions, InterpolatedFrame } from './interpolate-frames.ts';
export type { VideoFrames } from './types.ts';
export { steadyFrames } from './steady/index.ts';
export type { SteadyFrame, SteadyOptions } from './steady/index.ts';
