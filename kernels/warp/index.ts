export { warpBackward, warpWindow } from './backward.ts';
export type { WarpWindow } from './types.ts';
export { warpBackwardReference } from './reference.ts';
export { splatForward } from './splat.ts';
export type { SplatInput, SplatOutput } from './splat.ts';
