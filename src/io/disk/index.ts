export {
  WRITE_OPTIONS,
  asFileError,
  atomicWrite,
  checkWritable,
  inspectPath,
  isSamePlace,
  targetOf,
  publish,
  stampOf,
  temporaryName,
} from './atomic-write.ts';
export type { WriteOptions } from './atomic-write.ts';
export { listFolder, makeFolder, readText } from './folders.ts';
export { namePattern } from './name-pattern.ts';
export { toPath } from './path.ts';
export { openRegular, readBytes, readBytesSync } from './read-bytes.ts';
export type { OpenFile } from './read-bytes.ts';
export { createScratchFolder } from './scratch-folder.ts';
export type { ScratchFolder } from './scratch-folder.ts';
