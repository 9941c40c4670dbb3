/** The variational refinement of flow: what the host (kernels/refine/simd.ts) calls, most of it row by row. */

export { linearize } from './linearize';
export { join, part, smoothRowA, smoothRowB, split } from './smooth';
export { solveStage, weighRow } from './solve';
