/** Pictures, flow files and frames: with `runtime` the only place that touches the disk. */
export { atomicWrite } from './atomic-write.ts';
export type { WriteOptions } from './atomic-write.ts';
export { decodeImage, encodeImage, readImage, readMask, writeImage, writeMask } from './images.ts';
export type { ImageFileFormat, ReadImageOptions } from './images.ts';
export type { ReadFlowOptions } from './pixel-limit.ts';
export { FLOW_EXTENSIONS, isFlowFile, readFlow, writeFlow } from './flow-files.ts';
export { decodeFlo, encodeFlo } from './flo.ts';
export { decodeKitti, encodeKitti } from './kitti.ts';
export { decodePfm, encodePfm } from './pfm.ts';
export { decodeNpy, encodeNpy } from './npy.ts';
export { openFrames } from './frame-source.ts';
export type { Frame, FrameSource, FrameSourceKind, OpenFramesOptions } from './frame-source.ts';
export { createFrameSink } from './frame-sink.ts';
export type { FrameSink, FrameSinkOptions } from './frame-sink.ts';
export { createScratchFolder } from './scratch-folder.ts';
export type { ScratchFolder } from './scratch-folder.ts';
export { openFlowFolder } from './flow-folder.ts';
export type { FlowFolder } from './flow-folder.ts';
