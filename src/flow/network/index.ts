export { START_OUTPUTS, fusedFeeds } from './engine-network.ts';
export type { FlowBackend, NetworkEstimate, NetworkOptions, WindowNetwork } from './engine-network.ts';
export { DEFAULT_FLOW_MODEL, checkFlowModel, createSingleModel, loadFlowModel } from './engine.ts';
export type { FlowNetwork } from './engine-network.ts';
export type { FlowGraph, FlowModel, LoadFlowModelOptions, Precision } from './engine.ts';
export { createKernelCache } from './kernel-cache.ts';
export { cropState } from './pyramid-state.ts';
export type { PyramidState } from './pyramid-state.ts';
export type { NetworkInput } from '../types.ts';
