export type * from './types.ts';
export { resizePlanes } from './resample/index.ts';
export { splatForward, warpBackward } from './warp/index.ts';
export type { SplatInput, SplatOutput } from './warp/index.ts';
