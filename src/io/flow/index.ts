export { decodeFlo, encodeFlo } from './flo.ts';
export { FLOW_EXTENSIONS, decodeFlow, encodeFlow, isFlowFile, readFlow, writeFlow } from './flow-files.ts';
export type { FlowFileFormat } from './flow-files.ts';
export { openFlowFolder } from './flow-folder.ts';
export type { FlowFolder } from './flow-folder.ts';
export { decodeKitti, encodeKitti } from './kitti.ts';
export { decodeNpy, encodeNpy } from './npy.ts';
export { decodePfm, encodePfm } from './pfm.ts';
