export { resizePlanes } from './resize.ts';
