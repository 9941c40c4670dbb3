/** Nearest descriptors among many. */
export { createNearestIndex } from './nearest-index.ts';
export type { NearestIndex, NearestIndexOptions } from './nearest-index.ts';
export { findNearest } from './nearest.ts';
export type { FindNearestOptions, Neighbors } from './nearest.ts';
