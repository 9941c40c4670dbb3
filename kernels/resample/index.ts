export { averageSquares } from './box.ts';
export { resizePlanes } from './resize.ts';
