export { steadyFrames } from './steady-frames.ts';
export type { SteadyFrame, SteadyOptions } from './steady-frames.ts';
