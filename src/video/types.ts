import type { SequenceFrames } from '../flow/estimate/index.ts';

/** Frames in their order: images, or what holds them and when they are shown, such as the frames of `openFrames`. */
export type VideoFrames = SequenceFrames;
