/** Images, flow files and frames: with `runtime` the only place that touches the disk. */
export { atomicWrite, createScratchFolder } from './disk/index.ts';
export type { ScratchFolder, WriteOptions } from './disk/index.ts';
export {
  decodeImage,
  encodeImage,
  readImage,
  readImages,
  readMask,
  writeImage,
  writeMask,
} from './image/index.ts';
export type { ImageFileFormat, ReadFlowOptions, ReadImageOptions } from './image/index.ts';
export {
  FLOW_EXTENSIONS,
  decodeFlo,
  decodeFlow,
  decodeKitti,
  decodeNpy,
  decodePfm,
  encodeFlo,
  encodeFlow,
  encodeKitti,
  encodeNpy,
  encodePfm,
  isFlowFile,
  openFlowFolder,
  readFlow,
  writeFlow,
} from './flow/index.ts';
export { createFrameSink, openFrames } from './frames/index.ts';
export type {
  Frame,
  FrameSink,
  FrameSinkOptions,
  FrameSource,
  FrameSourceKind,
  OpenFramesOptions,
} from './frames/index.ts';
export type { FlowFileFormat, FlowFolder } from './flow/index.ts';
