/** Files of records that grow at their end and survive a crash. */
export { crc32 } from './crc32.ts';
export { openRecords, readRecords } from './record-file.ts';
export type { RecordFile, RecordReader } from './record-file.ts';
