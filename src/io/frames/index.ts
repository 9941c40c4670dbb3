export { createFrameSink } from './frame-sink.ts';
export type { FrameSink, FrameSinkOptions } from './types.ts';
export { openFrames } from './frame-source.ts';
export type { Frame, FrameSource, FrameSourceKind, OpenFramesOptions } from './types.ts';
export { listFrames } from './image-frames.ts';
