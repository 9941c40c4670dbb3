/** Images that are copies of one another. */
export { findDuplicates } from './find-duplicates.ts';
export type { DuplicateGroup, FindDuplicatesOptions } from './find-duplicates.ts';
