export { warpBackward } from './backward.ts';
export { warpBackwardReference } from './reference.ts';
