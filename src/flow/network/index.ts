export { START_OUTPUTS } from './engine-network.ts';
export type { FlowBackend, NetworkEstimate, WindowNetwork } from './engine-network.ts';
export { loadFlowModel } from './engine.ts';
export type { FlowGraph, FlowModel, LoadFlowModelOptions, Precision } from './engine.ts';
export { keepKernels } from './kept-kernels.ts';
export { cropState } from './pyramid-state.ts';
export type { PyramidState } from './pyramid-state.ts';
export type { Encoding } from '../types.ts';
export type { NetworkInput } from '../types.ts';
