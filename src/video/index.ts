export { interpolateFrames } from './interpolate-frames.ts';
export type { InterpolateOptions, InterpolatedFrame } from './interpolate-frames.ts';
export type { VideoFrames } from './types.ts';
